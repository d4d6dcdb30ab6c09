import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { HeartbeatThread } from '../../../src/heartbeat/thread.js';
import { temporaryFolder } from '../../support/fixtures.js';
import { until } from '../../support/until.js';

const LIMIT = { timeout: 60_000 };

/** Threads that read a file on start. While it is a FIFO without a writer, they hang in the kernel. */
function setUp(t: TestContext) {
  let end = async (): Promise<void> => {};
  // Before the folder is removed.
  t.after(() => end());
  const folder = temporaryFolder(t);
  const path = join(folder, 'file');
  let fifos: string[] = [];
  const deaths: string[] = [];
  const hung: [count: number, isOut: boolean][] = [];
  const thread = new HeartbeatThread({
    data: {
      shared: new SharedArrayBuffer(8),
      url: '',
      identifier: path,
      userAgent: '',
      intervalMs: 1_000,
      openclaw: null,
      extended: false,
      bootId: null,
    },
    apiKey: 'x',
    events: {
      result: () => {},
      died: (reason) => deaths.push(reason),
      hung: (count, isOut) => hung.push([count, isOut]),
    },
    monoMs: () => performance.now(),
    pingMs: 300,
    giveUpMs: 300,
    file: new URL('../../support/hanging-heartbeat.js', import.meta.url),
  });
  /** Makes new threads hang. */
  const hang = () => {
    execFileSync('mkfifo', [path]);
    fifos.push(path);
  };
  /** Makes new threads start; those that hang stay hung. */
  const mend = () => {
    const old = join(folder, `old-${fifos.length}`);
    renameSync(path, old);
    fifos = fifos.map((fifo) => (fifo === path ? old : fifo));
    writeFileSync(path, '');
  };
  /** Releases all hung threads. */
  const wake = () => {
    for (const fifo of fifos) closeSync(openSync(fifo, constants.O_RDWR | constants.O_NONBLOCK));
  };
  end = async () => {
    wake();
    await thread.stop();
  };
  return { thread, deaths, hung, hang, mend, wake };
}

describe('a heartbeat thread that hangs in the kernel', LIMIT, () => {
  it('is reported and replaced', async (t) => {
    const { thread, deaths, hung, hang, mend, wake } = setUp(t);
    hang();
    thread.start();
    await until('the report that it hangs', () => hung.length > 0);
    assert.deepEqual(hung, [[1, false]]);
    assert.deepEqual(deaths, ['it hung, and cannot be terminated']);
    mend();
    await until('another thread', () => thread.state.running);
    assert.equal(thread.state.restarts, 1);
    wake();
    await until('the report that it has ended', () => hung.length > 1);
    assert.deepEqual(hung[1], [0, false]);
    assert.deepEqual([deaths.length, thread.state.restarts, thread.state.running], [1, 1, true]);
    assert.equal(await thread.stop(), true);
  });

  it('is replaced at most twice until a hung one ends', async (t) => {
    const { thread, deaths, hung, hang, mend, wake } = setUp(t);
    hang();
    thread.start();
    await until('three that hang', () => hung.length === 3);
    assert.deepEqual(hung, [
      [1, false],
      [2, false],
      [3, true],
    ]);
    assert.deepEqual([deaths.length, thread.state.running], [3, false]);
    mend();
    wake();
    await until('all to end', () => hung.at(-1)?.[0] === 0);
    await until('another thread', () => thread.state.running);
    assert.equal(await thread.stop(), true);
  });

  it('makes stop() return false although its successor has ended', async (t) => {
    const { thread, hung, hang, mend, wake } = setUp(t);
    hang();
    thread.start();
    await until('the report that it hangs', () => hung.length > 0);
    mend();
    await until('another thread', () => thread.state.running);
    assert.equal(await thread.stop(), false);
    wake();
  });
});

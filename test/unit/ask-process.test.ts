import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, describe, it } from 'node:test';
import { type Asked, askProcess } from '../../src/ask-process.js';

const BEGUN = `echo '{"type":"begun"}'`;
const FAR_MS = 60_000;

function ask(command: Asked<never>['command'], limits: Partial<Asked<{ type: string }>> = {}) {
  return askProcess({ command, env: {}, beginLimitMs: FAR_MS, limitMs: FAR_MS, ...limits });
}

function shell(script: string, limits: Partial<Asked<{ type: string }>> = {}) {
  return ask(['/bin/sh', '-c', script], limits);
}

describe('askProcess', { concurrency: true }, () => {
  // askProcess leaves no referenced handle behind, so this timer keeps the test process alive.
  const alive = setInterval(() => {}, 1_000);
  after(() => clearInterval(alive));

  it('reports neither a failure nor a timeout when the process exits normally', async () => {
    const { failure, isLate } = await shell(`${BEGUN}; exit 0`);
    assert.deepEqual([failure, isLate], [null, false]);
  });

  it('reports a timeout without a failure when a started process hangs, and kills its children', async () => {
    const { failure, isLate, ended } = await shell(`${BEGUN}; sleep 1000; true`, { limitMs: 1 });
    assert.deepEqual([failure, isLate], [null, true]);
    // `sleep` holds stdout open.
    await ended;
  });

  it('reports a failure and a timeout when the process does not start', async () => {
    const { failure, isLate } = await shell('sleep 1000', { beginLimitMs: 1 });
    assert.deepEqual([failure, isLate], ['the process did not start within 0.001 s', true]);
  });

  it('reports a failure when the process prints something other than JSON', async () => {
    const { failure, isLate } = await shell(`${BEGUN}; echo 'sh: no such'; sleep 1000`);
    assert.deepEqual([failure, isLate], ['the process printed "sh: no such"', false]);
  });

  it('kills children that outlive the process', async () => {
    const { isLate, ended } = await shell(`${BEGUN}; sleep 1000 & exit 0`, { limitMs: 1 });
    assert.equal(isLate, true);
    await ended;
  });

  it('reports a failure without a timeout when the process crashes', async () => {
    for (const [script, reason] of [
      [`${BEGUN}; exit 3`, 'the process exited with 3'],
      [`${BEGUN}; kill -9 $$`, 'the process exited with SIGKILL'],
    ] as const) {
      const { failure, isLate } = await shell(script);
      assert.deepEqual([failure, isLate], [reason, false]);
    }
  });

  it('reports a failure when the program does not exist', async () => {
    const { failure, ended } = await ask(['/no/such/program']);
    assert.match(failure ?? '', /ENOENT/);
    await ended;
  });

  it('reports EMFILE when no file descriptor is left for its pipes', () => {
    const url = new URL('../../src/ask-process.js', import.meta.url).href;
    const script = `
      const { openSync } = await import('node:fs');
      const { askProcess } = await import(${JSON.stringify(url)});
      try { for (;;) openSync('/proc/self/stat'); } catch {}
      const asked = { command: ['/bin/true'], env: {}, beginLimitMs: ${FAR_MS}, limitMs: ${FAR_MS} };
      const { failure } = await askProcess(asked);
      console.log(failure);`;
    const words = [
      '-c',
      'ulimit -n 40; exec "$@"',
      'sh',
      process.execPath,
      '--input-type=module',
      '-e',
      script,
    ];
    assert.match(execFileSync('/bin/sh', words, { encoding: 'utf8' }), /EMFILE/);
  });

  it('stops at once when aborted before or during the run', async () => {
    const aborted = AbortSignal.abort();
    await (await shell('sleep 1000', { signal: aborted })).ended;
    const aborting = new AbortController();
    const take = (): boolean => {
      aborting.abort();
      return false;
    };
    const { failure, ended } = await shell(`${BEGUN}; sleep 1000; true`, { signal: aborting.signal, take });
    assert.equal(failure, 'aborted');
    await ended;
  });
});

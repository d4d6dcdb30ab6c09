import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Health, healthWhen, readHealth } from '../../support/bridge-client.js';
import type { LogLine } from '../../support/daemon-process.js';
import { createMemoryGroup } from '../../support/fault-cgroup.js';
import { whyNoNamespace, withMounts } from '../../support/fault-namespace.js';
import {
  assertGoesOn,
  assertRecovered,
  assertStopsInTime,
  startWhole,
  told,
} from '../../support/fault-watch.js';
import { copyMachine, readFixture, temporaryFolder } from '../../support/fixtures.js';
import { assertNothingLeaked } from '../../support/leaks.js';
import { missing } from '../../support/load.js';
import { RawConnection, requestHead } from '../../support/raw-http.js';
import { until } from '../../support/until.js';

/** Room for the daemon and for another that is bigger. */
const GROUP_BYTES = 220_000_000;
const LOG_BYTES = 65_536;

/** The lines of a log as far as they are whole: where the disk was full, one may have been cut off. */
function parseLines(text: string): LogLine[] {
  return text.split('\n').flatMap((line) => {
    try {
      return [JSON.parse(line) as LogLine];
    } catch {
      return [];
    }
  });
}

/** Descriptors, disk space and memory that have come to an end. */
export function resourceFaults(): void {
  test('a daemon that has nothing left of its descriptors samples, reports and serves who is connected, and the others when it has some again', {
    skip: missing('prlimit', '--version'),
  }, async (t) => {
    const whole = await startWhole(t);
    const { daemon, port, backend, pid } = whole;
    const connection = await RawConnection.open(port);
    t.after(() => connection.destroy());
    const ask = async (): Promise<Health> => {
      connection.write(requestHead('GET', '/health'));
      const answer = await connection.answer();
      assert.equal(answer.status, 200);
      return JSON.parse(answer.body) as Health;
    };
    const limit = (descriptors: number) =>
      execFileSync('prlimit', [`--pid=${pid}`, `--nofile=${descriptors}:`]);
    const { ticks } = (await ask()).lanes.proc;
    limit(10);
    const late = await RawConnection.open(port);
    t.after(() => late.destroy());
    late.write(requestHead('GET', '/health'));

    const beats = backend.heartbeats.length;
    await until('frames', async () => (await ask()).lanes.proc.ticks > ticks + 40);
    await until('heartbeats', () => backend.heartbeats.length >= beats + 2);
    assert.equal(late.unread, '');

    limit(1_024);
    assert.equal((await late.answer()).status, 200);
    late.destroy();
    connection.destroy();
    await assertGoesOn(whole);
    await assertRecovered(whole);
    await assertNothingLeaked(pid, whole.before);
    await assertStopsInTime(daemon);
  });

  test('a daemon that has nothing left of the disk that its log is on goes on without a log, and logs again when there is room', {
    skip: whyNoNamespace() ?? false,
  }, async (t) => {
    const folder = join(temporaryFolder(t), 'log');
    mkdirSync(folder);
    const procfs = copyMachine(t, 'kvm-host');
    const intoLog = ['sh', '-ec', `exec "$@" >> '${folder}/log'`, 'sh'];
    const whole = await startWhole(t, {
      env: { MONITOR_PROCFS: procfs },
      wrapper: [...withMounts([{ bytes: LOG_BYTES, target: folder }]), ...intoLog],
    });
    const { daemon, pid, port } = whole;
    // Nobody but the daemon sees that disk.
    const disk = `/proc/${pid}/root${folder}`;
    const log = () => readFileSync(`${disk}/log`, 'utf8');
    const fill = (name: string) => () => appendFileSync(`${disk}/${name}`, Buffer.alloc(2 * LOG_BYTES, '\n'));
    assert.throws(fill('filler'), { code: 'ENOSPC' });
    // What is left is in the last page of the log itself.
    assert.throws(fill('log'), { code: 'ENOSPC' });
    const before = log();

    // What would be logged, again and again.
    for (let i = 0; i < 3; i++) {
      writeFileSync(join(procfs, 'uptime'), 'nonsense\n');
      await healthWhen(port, ({ status }) => status === 'degraded');
      writeFileSync(join(procfs, 'uptime'), readFixture('kvm-host', 'uptime'));
      await healthWhen(port, ({ status }) => status === 'ok');
    }
    await assertGoesOn(whole);
    assert.equal(log(), before);

    rmSync(`${disk}/filler`);
    writeFileSync(join(procfs, 'loadavg'), 'nonsense\n');
    await until('a line in the log', () => told(parseLines(log()), 'stale.load').length === 1);
    await assertNothingLeaked(pid, whole.before);
    await assertStopsInTime(daemon);
  });

  test('a daemon that has nothing left of the memory of its group goes on beside who takes it, until that one is killed, and after', async (t) => {
    const group = createMemoryGroup(t, GROUP_BYTES);
    if (typeof group === 'string') return t.skip(group);
    const whole = await startWhole(t, { wrapper: group.wrapper });
    const hoard = 'const all = []; setInterval(() => all.push(Buffer.alloc(2_000_000, 1)), 20);';
    const [program = '', ...words] = [...group.firstToDie, process.execPath, '-e', hoard];
    const hog = spawn(program, words, { stdio: 'ignore' });
    t.after(() => hog.kill('SIGKILL'));
    const killed = once(hog, 'exit');
    await Promise.all([assertGoesOn(whole), killed]);
    assert.deepEqual(await killed, [null, 'SIGKILL']);
    await assertGoesOn(whole);
    await assertRecovered(whole);
    const { lanes, heartbeat } = await readHealth(whole.port);
    assert.deepEqual([lanes.proc.restarts, lanes.disk.restarts, heartbeat.restarts], [0, 0, 0]);
    await assertNothingLeaked(whole.pid, whole.before);
    await assertStopsInTime(whole.daemon);
  });
}

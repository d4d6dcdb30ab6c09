import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, statSync, symlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { MIN_SPACING_MS } from '../../src/dump/dumper.js';
import { HISTORY_COLUMNS } from '../../src/shared/fields.js';
import { end, healthWhen, readHealth, startBridge } from '../support/bridge-client.js';
import { DaemonProcess, type LogLine } from '../support/daemon-process.js';
import { type DumpRow, readDump } from '../support/dumps.js';
import { whyNoNamespace, withMounts } from '../support/fault-namespace.js';
import { assertGoesOn, assertStopsInTime, startWhole } from '../support/fault-watch.js';
import { createFaults } from '../support/faults.js';
import { temporaryFolder } from '../support/fixtures.js';
import { createFrozenMount, whyNoMount } from '../support/frozen-mount.js';
import { assertNothingLeaked, settledHoldings } from '../support/leaks.js';
import { rawRequest } from '../support/raw-http.js';
import { until } from '../support/until.js';

const WRITTEN = 'dump of the flight recorder written';
/** What comes of a signal; that it takes long is told besides, where the machine is busy. */
const OUTCOME = /^(no )?dump /;
/** Many rows in little time. */
const QUICK = { MONITOR_SAMPLE_INTERVAL_MS: '10', MONITOR_CPU_BUDGET_PCT: '100' };
const ROWS = 100;
const MEM_PCT = HISTORY_COLUMNS.indexOf('mem_pct');

/** Has the daemon's process ask itself for a dump as soon as its first lines have set their last handler. */
const PRELOAD = `process.on('newListener', (event) => event === 'SIGINT' && process.kill(process.pid, 'SIGUSR2'));`;
const SIGNAL_EARLY = ['--import', `data:text/javascript,${encodeURIComponent(PRELOAD)}`];

/** Has the thread of a dump tell which variables of the environment it knows. */
const TELL_OF_ENVIRONMENT = `
import { writeSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';
if (!isMainThread && process.argv[1]?.endsWith('dump.js'))
  writeSync(1, \`knows of \${JSON.stringify(Object.keys(process.env))}\\n\`);`;

/** Requests a dump, again when the rate limit allows one, and returns the log line that tells the outcome. */
async function dump(daemon: DaemonProcess): Promise<LogLine> {
  const line = await requestDump(daemon);
  const [, seconds] = /rate limit: the next one is possible in (\d+) s$/.exec(line.msg ?? '') ?? [];
  if (seconds === undefined) return line;
  await delay(Number(seconds) * 1_000);
  return requestDump(daemon);
}

async function requestDump(daemon: DaemonProcess): Promise<LogLine> {
  const before = daemon.lines.length;
  daemon.child.kill('SIGUSR2');
  return daemon.line((line) => daemon.lines.indexOf(line) >= before && OUTCOME.test(line.msg ?? ''));
}

async function dumpRows(daemon: DaemonProcess): Promise<DumpRow[]> {
  const line = await dump(daemon);
  assert.equal(line.msg, WRITTEN, JSON.stringify(line));
  return readDump(String(line['path']));
}

async function start(t: TestContext, folder: string, env: Readonly<Record<string, string>> = {}) {
  const bridge = await startBridge(t, { ...QUICK, MONITOR_DUMP_DIR: folder, ...env });
  await healthWhen(bridge.port, ({ lanes }) => lanes.proc.ticks > ROWS);
  return bridge;
}

/** Waits for more samples. */
async function assertSamples(port: number): Promise<void> {
  const { ticks } = (await readHealth(port)).lanes.proc;
  await healthWhen(port, ({ lanes }) => lanes.proc.ticks > ticks + 20);
}

/** The rows of the last seconds as /history tells them, each by itself. */
async function readRows(port: number): Promise<{ wallMs: number; memPct: number }[]> {
  const { body } = await rawRequest(port, 'GET', '/history?seconds=49&points=5000');
  const { time_ms, mean } = JSON.parse(body) as {
    time_ms: number[];
    mean: { mem_pct: (number | null)[] };
  };
  // Where sampling stood still there is a point without rows.
  return time_ms.flatMap((wallMs, i) => {
    const memPct = mean.mem_pct[i] ?? null;
    return memPct === null ? [] : [{ wallMs, memPct }];
  });
}

function assertInOrder(rows: readonly DumpRow[]): void {
  for (const [i, { monoMs, wallMs, values }] of rows.entries()) {
    assert.ok(i === 0 || monoMs > rows[i - 1]!.monoMs, `row ${i} is not behind the one before`);
    assert.ok(Number.isFinite(wallMs), `row ${i} has no time`);
    // From the third sample on all is known that a kernel has; the memory is in each.
    assert.match(values[MEM_PCT]!, /^\d+(\.\d+)?$/);
  }
}

describe('SIGUSR2', { concurrency: 4 }, () => {
  it('writes what the flight recorder has into a file, in order, while requests are answered', async (t) => {
    const folder = temporaryFolder(t);
    const startMs = Date.now();
    const { daemon, port } = await start(t, folder);
    let isOver = false;
    const load = (async () => {
      while (!isOver) assert.equal((await rawRequest(port, 'GET', '/telemetry')).status, 200);
    })();
    const line = await dump(daemon);
    isOver = true;
    await load;
    assert.equal(line.msg, WRITTEN, JSON.stringify(line));
    const path = String(line['path']);
    assert.deepEqual(readdirSync(folder), [basename(path)]);
    assert.match(basename(path), /^harborforge-monitor-history-\d{8}T\d{6}\.\d{3}Z-[0-9a-f]{16}\.csv$/);
    assert.deepEqual([statSync(path).mode & 0o777, statSync(path).size], [0o600, line['bytes']]);
    const rows = readDump(path);
    assert.equal(rows.length, line['rows']);
    assert.ok(rows.length >= ROWS * 0.9, `${rows.length} rows`);
    assertInOrder(rows);
    assert.ok(rows[0]!.wallMs >= startMs - 1_000 && rows.at(-1)!.wallMs <= Date.now() + 1_000);
    assert.equal(await daemon.stop(), 0);
  });

  it('writes the rows that /history tells of, and leaves neither thread nor descriptor nor memory behind', async (t) => {
    const { daemon, port } = await start(t, temporaryFolder(t));
    await healthWhen(port, ({ host }) => host !== null);
    const pid = daemon.child.pid ?? 0;
    const before = await settledHoldings(pid);
    const rows = await dumpRows(daemon);
    const untilMs = rows.at(-1)!.wallMs;
    const told = (await readRows(port)).filter(({ wallMs }) => wallMs <= untilMs);
    assert.deepEqual(
      told.map(({ wallMs }) => wallMs),
      rows.map(({ wallMs }) => wallMs),
    );
    // To one decimal, and to three.
    for (const [i, { memPct }] of told.entries())
      assert.ok(Math.abs(memPct - Number(rows[i]!.values[MEM_PCT])) < 0.051, `row ${i}: ${memPct}`);
    await assertNothingLeaked(pid, before);
  });

  it('300 times in a row writes at most one file, and at most one refusal, in 5 seconds', async (t) => {
    const folder = temporaryFolder(t);
    const { daemon, port } = await start(t, folder);
    const startMs = performance.now();
    for (let i = 0; i < 300; i++) {
      daemon.child.kill('SIGUSR2');
      // So that the daemon handles each signal: two that are pending at once are one.
      assert.equal((await rawRequest(port, 'GET', '/telemetry')).status, 200);
    }
    await daemon.line(({ msg }) => msg === WRITTEN);
    const limit = 1 + Math.floor((performance.now() - startMs) / MIN_SPACING_MS);
    const files = readdirSync(folder).length;
    assert.ok(files >= 1 && files <= limit, `${files} files`);
    const said = daemon.lines.filter(({ msg }) => OUTCOME.test(msg ?? '')).length;
    assert.ok(said > 1 && said <= 2 * limit, `${said} lines`);
    await assertSamples(port);
    assert.equal(await daemon.stop(), 0);
  });

  it('finds the rows from before, when the lane that writes them died meanwhile', async (t) => {
    const faults = createFaults(t);
    const env = { ...QUICK, MONITOR_DUMP_DIR: temporaryFolder(t) };
    const { daemon, port } = await startBridge(t, env, faults.nodeArgs);
    await healthWhen(port, ({ lanes }) => lanes.proc.ticks > ROWS);
    const before = await dumpRows(daemon);
    await faults.strike('proc', 'exit');
    const whileDead = await dumpRows(daemon);
    assert.deepEqual(whileDead.slice(0, before.length), before);
    await healthWhen(port, ({ lanes }) => lanes.proc.restarts === 1);
    await assertSamples(port);
    const after = await dumpRows(daemon);
    assert.deepEqual(after.slice(0, whileDead.length), whileDead);
    assert.ok(after.length > whileDead.length + 10, `${after.length} rows, ${whileDead.length} before`);
    assertInOrder(after);
  });

  it('costs no more than the dump when its thread throws, ends, runs out of its heap or never ends a loop', async (t) => {
    const faults = createFaults(t);
    const folder = temporaryFolder(t);
    const { daemon, port } = await startBridge(t, { MONITOR_DUMP_DIR: folder }, faults.nodeArgs);
    for (const [fault, reason] of [
      ['throw', /^no dump was written: struck$/],
      ['exit', /^no dump was written: its thread was ended before that$/],
      ['exhaust', /^no dump was written: .*memory/],
    ] as const) {
      faults.strikeAlways('dump', fault);
      assert.match((await dump(daemon)).msg ?? '', reason);
    }
    const asking = setInterval(() => daemon.child.kill('SIGUSR2'), 50);
    await faults.strike('dump', 'loop').finally(() => clearInterval(asking));
    daemon.child.kill('SIGUSR2');
    await daemon.line(({ msg }) => msg === 'no dump is written: another is being written');
    await assertSamples(port);
    assert.deepEqual(readdirSync(folder), []);
    await assertStopsInTime(daemon);
  });

  it('before there is a daemon does not end it, nor when nothing is recorded, both of which is said', async (t) => {
    const procfs = join(temporaryFolder(t), 'procfs');
    symlinkSync('/proc', procfs);
    // Another process looks at such a tree first: the signal comes long before there is a daemon.
    const daemon = new DaemonProcess({ MONITOR_HISTORY_SEC: '0', MONITOR_PROCFS: procfs }, [], SIGNAL_EARLY);
    t.after(() => end(daemon));
    await until('the first answer', () => daemon.stderr !== '');
    assert.equal(daemon.stderr, 'harborforge-monitor: no dump is written: the daemon has not started yet\n');
    await daemon.address();
    assert.equal(
      (await dump(daemon)).msg,
      'no dump is written: nothing is recorded, since MONITOR_HISTORY_SEC is 0',
    );
    assert.equal(await daemon.stop(), 0);
  });

  it('writes into the folder for temporary files when none was set, nor made by systemd', async (t) => {
    const folder = temporaryFolder(t);
    const { daemon } = await startBridge(t, { TMPDIR: folder });
    assert.ok(String((await dump(daemon))['path']).startsWith(`${folder}/harborforge-monitor-history-`));
    assert.equal(readdirSync(folder).length, 1);
  });

  it('is written by a thread that is given nothing of the environment', async (t) => {
    const env = { MONITOR_DUMP_DIR: temporaryFolder(t) };
    const preload = `data:text/javascript,${encodeURIComponent(TELL_OF_ENVIRONMENT)}`;
    const { daemon } = await startBridge(t, env, ['--import', preload]);
    assert.equal((await dump(daemon)).msg, WRITTEN);
    assert.equal((await daemon.line(({ msg }) => msg?.startsWith('knows of') ?? false)).msg, 'knows of []');
  });

  it('says that the folder is not there, or none, and goes on; once it is there it writes', async (t) => {
    const folder = join(temporaryFolder(t), 'folder');
    const { daemon, port } = await start(t, folder);
    const { level, msg } = await dump(daemon);
    assert.deepEqual([level, msg], ['error', `no dump was written: ${folder} is not there`]);
    mkdirSync(folder);
    assert.equal((await dump(daemon)).msg, WRITTEN);
    await assertSamples(port);
    assert.equal(await daemon.stop(), 0);
  });
});

describe('SIGUSR2, on a file system', { skip: whyNoNamespace() ?? false, concurrency: 4 }, () => {
  for (const [what, mount, problem] of [
    ['that is full', { bytes: 8_192 }, 'is on a file system that is full'],
    ['that is read-only', { bytes: 65_536, isReadOnly: true }, 'is on a file system that is read-only'],
  ] as const) {
    it(`${what}: says so, leaves no file, and goes on`, async (t) => {
      const target = temporaryFolder(t);
      const env = { ...QUICK, MONITOR_DUMP_DIR: target };
      const daemon = new DaemonProcess(env, [], [], withMounts([{ target, ...mount }]));
      t.after(() => end(daemon));
      const port = Number(new URL(await daemon.address()).port);
      await healthWhen(port, ({ lanes }) => lanes.proc.ticks > 2 * ROWS);
      const { level, msg } = await dump(daemon);
      assert.deepEqual([level, msg], ['error', `no dump was written: ${target} ${problem}`]);
      // As the daemon sees it.
      assert.deepEqual(readdirSync(`/proc/${daemon.child.pid}/root${target}`), []);
      await healthWhen(port, ({ lanes }) => lanes.proc.ticks > 3 * ROWS);
      assert.equal(await daemon.stop(), 0);
    });
  }
});

describe('SIGUSR2, into a folder that gives no answer', {
  skip: whyNoMount() ?? false,
  concurrency: 4,
}, () => {
  it('holds up neither samples nor requests nor heartbeats, nor the end; a second one is not queued', async (t) => {
    const mount = await createFrozenMount(t);
    const whole = await startWhole(t, { env: { ...QUICK, MONITOR_DUMP_DIR: mount.path } });
    mount.freeze();
    whole.daemon.child.kill('SIGUSR2');
    await assertGoesOn(whole);
    assert.equal((await dump(whole.daemon)).msg, 'no dump is written: another is being written');
    await assertStopsInTime(whole.daemon);
    const said = whole.daemon.lines.map(({ msg }) => msg);
    const told = said.filter((msg) => OUTCOME.test(msg ?? ''));
    const left = 'no dump was written: its folder gives no answer';
    // Where the machine is too busy to end in the usual way in time, the end is not told either.
    const expected = said.includes('stopped') ? [left] : told.slice(1);
    assert.deepEqual(told, ['no dump is written: another is being written', ...expected]);
  });
});

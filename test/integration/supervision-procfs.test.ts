import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { assertError, healthWhen, startBridge, telemetryWhen } from '../support/bridge-client.js';
import { toldOver } from '../support/fault-watch.js';
import { copyMachine, readExpected, readFixture } from '../support/fixtures.js';
import { createMortalFile } from '../support/mortal-file.js';
import { rawRequest } from '../support/raw-http.js';
import { telemetrySchema } from '../support/telemetry-schema.js';
import { until } from '../support/until.js';

const MACHINE = 'kvm-host';
const EXPECTED = readExpected(MACHINE);

/** A daemon that samples a machine out of a folder, whose files the test may spoil. */
async function setUp(t: TestContext, prepare?: (procfs: string) => Promise<void>) {
  const procfs = copyMachine(t, MACHINE);
  await prepare?.(procfs);
  const bridge = await startBridge(t, { MONITOR_PROCFS: procfs });
  await telemetryWhen(bridge.port, ({ disk_pct }) => disk_pct !== null);
  return {
    ...bridge,
    procfs,
    spoil: (file: string) => writeFileSync(join(procfs, file), 'nonsense\n'),
    mend: (file: string) => writeFileSync(join(procfs, file), readFixture(MACHINE, file)),
  };
}

test('a machine in a folder is told as it is', async (t) => {
  const { port } = await setUp(t);
  const snapshot = await telemetryWhen(port);
  assert.equal(snapshot.mem_pct, Number(EXPECTED.mem_pct.toFixed(1)));
  assert.equal(snapshot.swap_pct, Number(EXPECTED.swap_pct.toFixed(1)));
  assert.deepEqual(snapshot.load_avg, EXPECTED.load_avg);
  assert.equal(snapshot.uptime_seconds, EXPECTED.uptime_seconds);
});

test('a file that vanishes makes its value null and its source stale, with an age that grows, until it is back', async (t) => {
  let kill = async (): Promise<void> => {};
  const { daemon, port, procfs, mend } = await setUp(t, async (folder) => {
    rmSync(join(folder, 'loadavg'));
    const file = await createMortalFile(t, join(folder, 'loadavg'), '0.10 0.20 0.30 ');
    kill = () => file.kill();
  });
  assert.deepEqual((await telemetryWhen(port)).load_avg, [0.1, 0.2, 0.3]);

  await kill();
  const gone = await telemetryWhen(port, ({ load_avg }) => load_avg === null);
  assert.deepEqual(gone.stale, ['load']);
  telemetrySchema.parse(gone);
  assert.equal(gone.uptime_seconds, EXPECTED.uptime_seconds);
  const age = gone.stale_seconds?.['load'] ?? Number.NaN;
  await telemetryWhen(port, ({ stale_seconds }) => (stale_seconds?.['load'] ?? 0) > age + 1);
  const health = await healthWhen(port, ({ status }) => status === 'degraded');
  const unread = `load: cannot read ${join(procfs, 'loadavg')}`;
  assert.equal(health.problems.length, 1);
  assert.match(health.problems[0]!.slice(unread.length), /^: E[A-Z]+ \([a-z ]+\)$/);
  assert.ok(health.lanes.proc.read_errors > 0);

  rmSync(join(procfs, 'loadavg'));
  mend('loadavg');
  const back = await telemetryWhen(port, ({ load_avg }) => load_avg !== null);
  assert.equal(back.stale, undefined);
  assert.deepEqual(back.load_avg, EXPECTED.load_avg);
  await healthWhen(port, ({ status, problems }) => status === 'ok' && problems.length === 0);
  const [warning, ...rest] = await toldOver(daemon.lines, 'stale.load');
  assert.equal(warning, `warn ${health.problems[0]}`);
  assert.deepEqual(rest, [`info resolved: ${unread}`]);
});

for (const [file, nulls, sources] of [
  ['meminfo', ['mem_pct', 'swap_pct'], ['memory', 'swap']],
  ['uptime', ['uptime_seconds'], ['uptime']],
] as const) {
  test(`a ${file} that is nonsense makes ${nulls.join(' and ')} unknown and nothing else, until it is mended`, async (t) => {
    const { port, spoil, mend } = await setUp(t);
    const before = await telemetryWhen(port);
    spoil(file);
    const spoilt = await telemetryWhen(port, (snapshot) => snapshot[nulls[0]] === null);
    assert.deepEqual(spoilt.stale, sources);
    for (const name of ['mem_pct', 'swap_pct', 'uptime_seconds', 'load_avg', 'disk_pct'] as const) {
      const isSpoilt = nulls.some((each) => each === name);
      assert.deepEqual(spoilt[name], isSpoilt ? null : before[name], name);
    }
    await healthWhen(
      port,
      ({ status, problems }) => status === 'degraded' && problems.length === sources.length,
    );
    mend(file);
    await telemetryWhen(port, ({ stale }) => stale === undefined);
    await healthWhen(port, ({ status }) => status === 'ok');
  });
}

test('a stat that is nonsense makes the CPU stale', async (t) => {
  const { port, spoil, mend } = await setUp(t);
  spoil('stat');
  await telemetryWhen(port, ({ stale, cpu_pct }) => stale?.join() === 'cpu,cores' && cpu_pct === null);
  const unparsed = 'cannot parse stat: the first line is not the "cpu" line: ';
  await healthWhen(port, ({ problems }) => problems[0]?.startsWith(`cpu: ${unparsed}`) ?? false);
  mend('stat');
  await telemetryWhen(port, ({ stale }) => stale === undefined);
});

test('when no kernel file can be read there is no valid sample: 503 and unhealthy, until one can be', async (t) => {
  const { port, spoil, mend } = await setUp(t);
  for (const file of ['stat', 'meminfo', 'loadavg', 'uptime']) spoil(file);
  const answer = await until('/telemetry to be 503', async () => {
    const each = await rawRequest(port, 'GET', '/telemetry');
    return each.status === 503 && each;
  });
  assertError(answer, 503, 'no_sample');
  assert.equal(answer.headers['retry-after'], '1');
  const health = await healthWhen(port, ({ problems }) => problems.includes('no kernel file could be read'));
  assert.equal(health.status, 'unhealthy');
  mend('uptime');
  assert.equal((await telemetryWhen(port)).mem_pct, null);
  await healthWhen(port, ({ status, problems }) => status === 'degraded' && problems.length === 5);
});

test('a daemon that has no sample ends with 0 all the same', async (t) => {
  const { daemon, port, spoil } = await setUp(t);
  for (const file of ['stat', 'meminfo', 'loadavg', 'uptime']) spoil(file);
  await healthWhen(port, ({ status }) => status === 'unhealthy');
  assert.equal(await daemon.stop(), 0);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { Conditions } from '../../../src/conditions.js';
import { Watchdog } from '../../../src/sampling/watchdog.js';
import { sourceBit, T } from '../../../src/shared/fields.js';
import { FrameReader, FrameWriter } from '../../../src/shared/frame-store.js';
import {
  createSharedMemory,
  DISK_READER,
  DISK_STORE,
  TELEMETRY_READER,
  TELEMETRY_STORE,
} from '../../../src/shared/layout.js';
import type { Reasons } from '../../../src/shared/reasons.js';
import { FakeClock } from '../../support/fake-clock.js';

function setUp() {
  const shared = createSharedMemory();
  const clock = new FakeClock();
  const lines: string[] = [];
  const keep = { write: (line: string) => void lines.push((JSON.parse(line) as { msg: string }).msg) };
  const conditions = new Conditions(pino({ level: 'info' }, keep), () => clock.monoMs());
  const writer = new FrameWriter(shared, TELEMETRY_STORE);
  const diskWriter = new FrameWriter(shared, DISK_STORE);
  let givenUp = 0;
  let diskGivenUp = 0;
  let asking = false;
  let running = true;
  let reasons: Reasons = {};
  const watchdog = new Watchdog({
    frames: new FrameReader(shared, TELEMETRY_STORE, TELEMETRY_READER.main),
    diskFrames: new FrameReader(shared, DISK_STORE, DISK_READER.main),
    readReasons: () => reasons,
    conditions,
    clock,
    budgetPct: 0.5,
    configuredIntervalMs: 50,
    isRunning: () => running,
    giveUp: (lane) => {
      if (lane === 'proc') givenUp++;
      else diskGivenUp++;
    },
    isDiskLaneAsking: () => asking,
  });
  const publish = (values: Partial<Record<keyof typeof T, number>> = {}) => {
    const slot = writer.begin();
    slot.numbers.fill(0);
    slot.numbers[T.valid] = 1;
    slot.numbers[T.sampled_mono_ms] = clock.monoMs();
    for (const [name, value] of Object.entries(values)) slot.numbers[T[name as keyof typeof T]] = value;
    writer.publish(slot, 0);
  };
  const publishDisk = () => {
    const slot = diskWriter.begin();
    slot.numbers.fill(0);
    diskWriter.publish(slot, 0);
  };
  const look = () => {
    clock.advance(1_000);
    watchdog.look();
  };
  return {
    lines,
    clock,
    watchdog,
    publish,
    publishDisk,
    look,
    givenUp: () => givenUp,
    diskGivenUp: () => diskGivenUp,
    ask: (isAsking: boolean) => {
      asking = isAsking;
    },
    setRunning: (isRunning: boolean) => {
      running = isRunning;
    },
    explain: (given: Reasons) => {
      reasons = given;
    },
    problems: () => conditions.list(),
  };
}

test('regular frames are no problem', () => {
  const { publish, look, problems, givenUp } = setUp();
  for (let i = 0; i < 30; i++) {
    publish();
    look();
  }
  assert.deepEqual(problems(), []);
  assert.equal(givenUp(), 0);
});

test('missing frames are a problem once the last one is stale, until frames return', () => {
  const { publish, look, problems } = setUp();
  publish();
  look();
  look();
  assert.deepEqual(problems(), []);
  look();
  assert.deepEqual(problems(), ['the sampler has stopped: no new frames']);
  publish();
  look();
  assert.deepEqual(problems(), []);
});

test('a missing first frame is treated like a missing later one', () => {
  const { look, problems, givenUp } = setUp();
  for (let i = 0; i < 3; i++) look();
  assert.deepEqual(problems(), ['the sampler has stopped: no new frames']);
  for (let i = 0; i < 8; i++) look();
  assert.equal(givenUp(), 1);
});

test('a lane is given up after ten checks without a new frame, and its successor gets ten more', () => {
  const { publish, look, givenUp } = setUp();
  publish();
  look();
  for (let i = 0; i < 9; i++) look();
  assert.equal(givenUp(), 0);
  look();
  assert.equal(givenUp(), 1);
  for (let i = 0; i < 9; i++) look();
  assert.equal(givenUp(), 1);
  look();
  assert.equal(givenUp(), 2);
});

test('a restarted lane gets all its checks, however long it was dead', () => {
  const { publish, publishDisk, look, givenUp, diskGivenUp, setRunning } = setUp();
  publish();
  publishDisk();
  look();
  setRunning(false);
  for (let i = 0; i < 14; i++) look();
  setRunning(true);
  for (let i = 0; i < 9; i++) look();
  assert.deepEqual([givenUp(), diskGivenUp()], [0, 0]);
  look();
  assert.deepEqual([givenUp(), diskGivenUp()], [1, 0]);
});

test('a process that was stopped for an hour gives up no lane: checks count, not the clock', () => {
  const { clock, publish, look, givenUp, problems } = setUp();
  publish();
  look();
  clock.advance(3_600_000);
  look();
  assert.equal(givenUp(), 0);
  publish();
  look();
  assert.deepEqual(problems(), []);
});

test('a hung disk lane is given up after fifteen checks without a new frame', () => {
  const { publishDisk, look, diskGivenUp, givenUp, publish } = setUp();
  for (let round = 0; round < 5; round++) {
    publishDisk();
    for (let i = 0; i < 15; i++) {
      publish();
      look();
    }
    assert.equal(diskGivenUp(), 0);
  }
  look();
  assert.deepEqual([diskGivenUp(), givenUp()], [1, 0]);
});

test('a disk lane is never given up while it waits for a file system, and is watched afterwards', () => {
  const { publishDisk, look, diskGivenUp, ask } = setUp();
  publishDisk();
  look();
  ask(true);
  for (let i = 0; i < 1_000; i++) look();
  assert.equal(diskGivenUp(), 0);
  ask(false);
  for (let i = 0; i < 14; i++) look();
  assert.equal(diskGivenUp(), 0);
  look();
  assert.equal(diskGivenUp(), 1);
});

test('the reason for a stale source is logged once, and its current detail is shown', () => {
  const { publish, look, explain, problems, lines } = setUp();
  const summary = 'cannot read /proc/stat';
  for (const detail of ['EIO (i/o error)', 'EACCES (permission denied)', 'EIO (i/o error)']) {
    explain({ cpu: { summary, detail } });
    publish({ stale_mask: sourceBit('cpu') });
    look();
    assert.deepEqual(problems(), [`cpu: cannot read /proc/stat: ${detail}`]);
  }
  publish();
  look();
  assert.deepEqual(lines, [
    'cpu: cannot read /proc/stat: EIO (i/o error)',
    'resolved: cpu: cannot read /proc/stat (lasted 3 s)',
  ]);
});

test('each stale source is a problem by name while it is stale', () => {
  const { publish, look, problems } = setUp();
  publish({ stale_mask: sourceBit('disk') | sourceBit('nginx') });
  look();
  assert.deepEqual(problems(), ['disk: no new value', 'nginx: no new value']);
  publish({ stale_mask: sourceBit('nginx') });
  look();
  assert.deepEqual(problems(), ['nginx: no new value']);
});

test('a frame without a value is a problem', () => {
  const { publish, look, problems } = setUp();
  publish({ valid: 0 });
  look();
  assert.deepEqual(problems(), ['no kernel file could be read']);
});

for (const { intervalMs, pct, told } of [
  { intervalMs: 50, pct: 0.4, told: [] },
  // The lane has a minute to find the interval at which it is within its budget.
  { intervalMs: 50, pct: 0.6, told: [] },
  { intervalMs: 80, pct: 0.45, told: ['sampling is slowed down to stay within 0.5 % of a core'] },
  { intervalMs: 10_000, pct: 0.6, told: ['the sampler takes more than 0.5 % of a core at its slowest'] },
]) {
  test(`${pct} % of a core with 0.5 % allowed, at ${intervalMs} ms instead of 50: ${told.length === 0 ? 'no notice' : 'a notice, no problem'}`, () => {
    const { clock, watchdog, publish, look, problems, lines } = setUp();
    const startMs = clock.monoMs();
    for (let i = 0; i <= 62; i++) {
      const atMs = clock.monoMs();
      publish({
        interval_ms: intervalMs,
        lane_cpu_ns: (atMs - startMs) * 1e4 * pct,
        lane_cpu_mono_ms: atMs,
      });
      look();
    }
    assert.ok(Math.abs((watchdog.state.cpuPct ?? Number.NaN) - pct) < 0.001, String(watchdog.state.cpuPct));
    assert.deepEqual(lines.slice(-1), told);
    assert.deepEqual(problems(), []);
  });
}

test('a throttled lane is given up three of its intervals after its last frame, not earlier', () => {
  const { publish, look, givenUp, problems } = setUp();
  publish({ interval_ms: 10_000 });
  look();
  for (let i = 0; i < 29; i++) look();
  assert.deepEqual(problems(), []);
  assert.equal(givenUp(), 0);
  look();
  assert.deepEqual(problems(), ['the sampler has stopped: no new frames']);
  assert.equal(givenUp(), 1);
});

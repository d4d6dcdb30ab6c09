import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { uptime } from 'node:os';
import { before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import si from 'systeminformation';
import { fileCleanup, type Snapshot, startBridge, telemetryWhen } from '../support/bridge-client.js';
import { cpuTicks, missing, withLoad } from '../support/load.js';
import { until } from '../support/until.js';

const run = promisify(execFile);

/**
 * Memory and load move between our reading and the oracle's, on a machine on which other things run as well. Two percentage points of
 * memory are what a test run like this one's moves in a tenth of a second; a wrong definition (free instead of available, cached not counted)
 * is off by ten and more. What must be right is tried until it is, a few times: one reading next to another may have an event between.
 */
const MEMORY_TOLERANCE = 2;
/**
 * cpu_pct covers the second before the snapshot, and an oracle's second begins and ends some tens of milliseconds off it. Under a load that
 * keeps all CPUs busy both see the same plateau, and 5 points are what the edges and ticks of 10 ms in a second can make.
 */
const FULL_LOAD_TOLERANCE = 5;

const cleanup = fileCleanup();
let port = 0;
before(async () => {
  ({ port } = await startBridge(cleanup, { MONITOR_CPU_WINDOW_MS: '1000' }));
  await telemetryWhen(port, ({ cpu_pct, disk_pct }) => cpu_pct !== null && disk_pct !== null);
});

/** Tries until our value is near the oracle's: readings are never of quite the same moment. */
async function assertAgrees(
  what: string,
  tolerance: number,
  oracle: () => Promise<number> | number,
  ours: (snapshot: Snapshot) => number | null,
): Promise<void> {
  const tries: string[] = [];
  for (let i = 0; i < 5; i++) {
    const theirs = await oracle();
    const { sampled_at: now } = await telemetryWhen(port);
    // The memory is read ten times a second: a snapshot that is two readings younger is of after the oracle's.
    const snapshot = await telemetryWhen(
      port,
      ({ sampled_at }) => Date.parse(sampled_at) - Date.parse(now) > 200,
    );
    const value = ours(snapshot) ?? Number.NaN;
    if (Math.abs(value - theirs) <= tolerance) return;
    tries.push(`${value} for ${theirs}`);
  }
  assert.fail(`${what}: ${tries.join(', ')}`);
}

function memoryFromProc(): number {
  const text = readFileSync('/proc/meminfo', 'utf8');
  const kB = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1]);
  return 100 * (1 - kB('MemAvailable') / kB('MemTotal'));
}

function memoryFromFree(): number {
  const row = execFileSync('free', ['-k'], { encoding: 'utf8' })
    .split('\n')
    .find((line) => line.startsWith('Mem:'));
  const columns = row?.split(/\s+/).map(Number) ?? [];
  return 100 * (1 - (columns[6] ?? Number.NaN) / (columns[1] ?? Number.NaN));
}

async function memoryFromSi(): Promise<number> {
  const { available, total } = await si.mem();
  return 100 * (1 - available / total);
}

const noStress = missing('stress-ng', '--version');

describe('memory', () => {
  const ours = ({ mem_pct }: Snapshot) => mem_pct;
  test('idle, is what /proc/meminfo says', () =>
    assertAgrees('mem_pct', MEMORY_TOLERANCE, memoryFromProc, ours));
  test('idle, is what free says', { skip: missing('free', '-V') }, () =>
    assertAgrees('mem_pct', MEMORY_TOLERANCE, memoryFromFree, ours),
  );
  test('idle, is what systeminformation says', () =>
    assertAgrees('mem_pct', MEMORY_TOLERANCE, memoryFromSi, ours));

  test('under load, rises with what is taken, and agrees with all three', { skip: noStress }, async (t) => {
    const idle = memoryFromProc();
    await withLoad(
      t,
      ['--vm', '1', '--vm-bytes', '20%', '--vm-keep', '--vm-populate', '--vm-hang', '0'],
      async () => {
        await until('the load to take its memory', () => memoryFromProc() > idle + 8);
        await telemetryWhen(port, ({ mem_pct }) => (mem_pct ?? 0) > idle + 6);
        await assertAgrees('mem_pct by /proc', MEMORY_TOLERANCE, memoryFromProc, ours);
        if (missing('free', '-V') === false)
          await assertAgrees('mem_pct by free', MEMORY_TOLERANCE, memoryFromFree, ours);
        await assertAgrees('mem_pct by systeminformation', MEMORY_TOLERANCE, memoryFromSi, ours);
      },
    );
  });

  test('swap is what /proc/meminfo says, 0 where there is none', async () => {
    const { swaptotal, swapused } = await si.mem();
    const expected = swaptotal === 0 ? 0 : (100 * swapused) / swaptotal;
    await assertAgrees(
      'swap_pct',
      swaptotal === 0 ? 0 : MEMORY_TOLERANCE,
      () => expected,
      ({ swap_pct }) => swap_pct,
    );
  });
});

describe('disk', () => {
  test('rounded up is what df shows', { skip: missing('df', '--version') }, async () => {
    // df rounds up. Beside a whole number, one decimal may hide on which side of it the value lies: hence the tenth.
    const shown = () =>
      Number(/(\d+)%/.exec(execFileSync('df', ['--output=pcent', '/'], { encoding: 'utf8' }))?.[1]);
    await until('disk_pct to agree with df', async () => {
      const { disk_pct } = await telemetryWhen(port);
      const value = disk_pct ?? Number.NaN;
      return shown() >= Math.ceil(value - 0.05) && shown() <= Math.ceil(value + 0.05);
    });
  });

  test('is what systeminformation says of the same file system', async () => {
    const root = (await si.fsSize()).find(({ mount }) => mount === '/');
    assert.ok(root !== undefined);
    // It goes by df, too, in kB; half a point is more than a test run writes between the two.
    await assertAgrees(
      'disk_pct',
      0.5,
      () => root.use,
      ({ disk_pct }) => disk_pct,
    );
  });
});

describe('load and uptime', () => {
  test('the load averages are those of /proc/loadavg', async () => {
    await until('the same three', async () => {
      const file = readFileSync('/proc/loadavg', 'utf8').split(' ').slice(0, 3).map(Number);
      return (await telemetryWhen(port)).load_avg?.join() === file.join();
    });
  });

  test('the uptime is that of the system, to the second', async () => {
    await assertAgrees(
      'uptime_seconds',
      2,
      () => uptime(),
      ({ uptime_seconds }) => uptime_seconds,
    );
    await assertAgrees(
      'uptime_seconds',
      2,
      () => si.time().uptime,
      ({ uptime_seconds }) => uptime_seconds,
    );
  });
});

describe('CPU', () => {
  const ours = async () => (await telemetryWhen(port)).cpu_pct ?? Number.NaN;

  test('over the same second is what the counters of /proc/stat give', async () => {
    // On a machine on which other things start and stop, windows that differ by 50 ms differ by up to 5 points of what changes meanwhile.
    await until('the same share', async () => {
      const start = cpuTicks();
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      const [end, share] = [cpuTicks(), await ours()];
      return (
        Math.abs(share - (100 * (end.busy - start.busy)) / (end.total - start.total)) <= FULL_LOAD_TOLERANCE
      );
    });
  });

  test('under full load is near 100, as /proc/stat, mpstat and systeminformation say', {
    skip: noStress,
  }, async (t) => {
    await withLoad(t, ['--cpu', '0', '--cpu-method', 'int64'], async () => {
      await telemetryWhen(port, ({ cpu_pct }) => (cpu_pct ?? 0) > 97);

      const start = cpuTicks();
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      const [end, share] = [cpuTicks(), await ours()];
      const counted = (100 * (end.busy - start.busy)) / (end.total - start.total);
      assert.ok(Math.abs(share - counted) <= FULL_LOAD_TOLERANCE, `${share} for ${counted} by /proc/stat`);

      if (missing('mpstat', '-V') === false) {
        const { stdout } = await run('mpstat', ['-o', 'JSON', '1', '1'], {
          env: { ...process.env, LC_ALL: 'C' },
        });
        const again = await ours();
        const parsed = JSON.parse(stdout) as {
          sysstat: {
            hosts: { statistics: { 'cpu-load': { cpu: string; idle: number; iowait: number }[] }[] }[];
          };
        };
        const all = parsed.sysstat.hosts[0]?.statistics[0]?.['cpu-load'].find(({ cpu }) => cpu === 'all');
        assert.ok(all !== undefined);
        const byMpstat = 100 - all.idle - all.iowait;
        assert.ok(Math.abs(again - byMpstat) <= FULL_LOAD_TOLERANCE, `${again} for ${byMpstat} by mpstat`);
      } else {
        t.diagnostic('mpstat is not installed: not asked');
      }

      await si.currentLoad();
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      const [{ currentLoad }, last] = [await si.currentLoad(), await ours()];
      assert.ok(Math.abs(last - currentLoad) <= FULL_LOAD_TOLERANCE, `${last} for ${currentLoad}`);
    });
  });

  test('of one busy thread is its share of all CPUs', { skip: noStress }, async (t) => {
    await withLoad(t, ['--cpu', '1', '--cpu-method', 'int64'], async () => {
      await until('the same share', async () => {
        const start = cpuTicks();
        await new Promise((resolve) => setTimeout(resolve, 1_000));
        const [end, share] = [cpuTicks(), await ours()];
        const counted = (100 * (end.busy - start.busy)) / (end.total - start.total);
        return share > 20 && Math.abs(share - counted) <= FULL_LOAD_TOLERANCE;
      });
    });
  });
});

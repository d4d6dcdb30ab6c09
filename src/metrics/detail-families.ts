import { BURST_BUCKETS, BURST_FIRST, PRESSURE_RESOURCES, T } from '../shared/fields.js';
import { type Family, histogram, type Sample, single } from './exposition.js';

const BUSY = 'harborforge_cpu_busy_ratio';
const BUSY_HELP = [
  'Busy share of all CPUs together over 100 ms; each millisecond is one observation, of the 100 ms before it.',
  `What it stayed below for 95 % of the time: histogram_quantile(0.95, rate(${BUSY}_bucket[5m])).`,
  `Milliseconds above 90 %: increase(${BUSY}_count[5m]) - ignoring (le) increase(${BUSY}_bucket{le='0.9'}[5m]).`,
].join(' ');

/** Upper bounds of the exported buckets, in percent: of the 101 existing ones, those that panels and alerts can use. */
const BOUNDS_PCT = [...Array.from({ length: 20 }, (_, i) => 5 * i), 99, 100];

/** Families about the CPU other than its usage and its time by mode. `n`: a telemetry frame's numbers. */
export function cpuDetailFamilies(n: Float64Array): Family[] {
  return [
    busyHistogram(n),
    single('gauge', 'harborforge_cpu_cores', 'CPUs that are online.', n[T.cores]!),
    single(
      'gauge',
      'harborforge_cpu_hottest_core_ratio',
      'Busy share of the busiest CPU over the last second, its interrupts not counted.',
      n[T.hottest_core_pct]! / 100,
    ),
    single(
      'gauge',
      'harborforge_cpu_interrupted_core_ratio',
      'Share of the last second that interrupts took of the CPU that has most of them.',
      n[T.interrupted_core_pct]! / 100,
    ),
  ];
}

/** Rounds down each cumulative sum, not each bucket, so that the counts are whole numbers and never decrease. */
function busyHistogram(n: Float64Array): Family {
  const counts: [string, number][] = [];
  let ms = 0;
  for (let bucket = 0; bucket < BURST_BUCKETS; bucket++) {
    ms += n[BURST_FIRST + bucket]!;
    // Both formats write a bound identically, because it identifies a series.
    if (BOUNDS_PCT.includes(bucket)) counts.push([boundOf(bucket), Math.floor(ms)]);
  }
  counts.push(['+Inf', Math.floor(ms)]);
  return histogram(BUSY, BUSY_HELP, counts, n[BURST_FIRST + BURST_BUCKETS]!);
}

/** OpenMetrics requires a decimal point in whole numbers from 0 to 10. */
function boundOf(pct: number): string {
  return pct % 100 === 0 ? `${pct / 100}.0` : `${pct / 100}`;
}

const SHARES = ['some', 'full'] as const;
const WINDOWS_SEC = [10, 60, 300] as const;

/** How long tasks waited for resources (PSI); all values unknown if the kernel does not record it. `n`: a telemetry frame's numbers. */
export function pressureFamilies(n: Float64Array): Family[] {
  const lines = PRESSURE_RESOURCES.flatMap((resource) =>
    SHARES.map((share) => ({ resource, share, line: `${resource}_${share}` as const })),
  );
  const stalls = lines.map(
    ({ line, ...labels }): Sample => ({ labels, value: n[T[`pressure_${line}_total_us`]]! / 1e6 }),
  );
  const ratios = lines.flatMap(({ line, ...labels }) =>
    WINDOWS_SEC.map(
      (seconds): Sample => ({
        labels: { ...labels, window: `${seconds}s` },
        value: n[T[`pressure_${line}_avg${seconds}`]]! / 100,
      }),
    ),
  );
  return [
    {
      type: 'counter',
      name: 'harborforge_pressure_stall_seconds',
      help: 'Time for which some task, or all that were not idle (full), waited for the resource.',
      samples: stalls,
    },
    {
      type: 'gauge',
      name: 'harborforge_pressure_ratio',
      help: 'The share of time for which some task, or all that were not idle (full), waited for the resource, as the kernel averages it.',
      samples: ratios,
    },
  ];
}

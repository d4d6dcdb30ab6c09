import { AMOUNTS, D, FIELDS, SOURCES, type Source, sourceBit, T } from '../shared/fields.js';
import type { CpuSeconds } from './cpu-seconds.js';
import { type Family, labelled, single } from './exposition.js';

/** Families about the host: the table of fields, the amounts they derive from, and CPU time by mode. `n`: a telemetry frame's numbers. */
export function hostFamilies(n: Float64Array, cpuSeconds: CpuSeconds): Family[] {
  const fields = FIELDS.flatMap(({ numbers, metrics, unit, help }) =>
    numbers.map((number, i) => {
      const value = n[T[number]]!;
      return single('gauge', `harborforge_${metrics[i]}`, help, unit === 'percent' ? value / 100 : value);
    }),
  );
  const amounts = AMOUNTS.map(({ number, metric, help }) =>
    single('gauge', `harborforge_${metric}`, help, n[T[number]]!),
  );
  const cpuHelp =
    'Time that all CPUs together spent in each mode since boot; guests are inside user and nice.';
  const cpu = labelled('counter', 'harborforge_cpu_seconds', cpuHelp, 'mode', cpuSeconds.take(n));
  return [...fields, ...amounts, cpu];
}

/**
 * The state of each source. `isFresh`: the telemetry frame is valid and not too old; null numbers: there is no frame yet.
 *
 * A source that the host lacks (no swap, no nginx, a kernel without pressure) counts as not supported, not as failed.
 */
export function collectorFamilies(
  n: Float64Array | null,
  disk: Float64Array | null,
  isFresh: boolean,
  nowMs: number,
): Family[] {
  const each = (of: (source: Source) => number | null) =>
    Object.fromEntries(SOURCES.map((source) => [source, of(source)]));
  const mask = n?.[T.stale_mask] ?? 0;
  const supported: Record<string, number | null> = each(() => 1);
  supported['swap'] =
    n === null || Number.isNaN(n[T.swap_size_bytes]) ? null : Number(n[T.swap_size_bytes]! > 0);
  supported['nginx'] = n?.[T.nginx_installed] ?? null;
  supported['pressure'] = n?.[T.pressure_supported] ?? null;
  return [
    labelled(
      'gauge',
      'harborforge_collector_success',
      'Whether this source has a fresh value; 0: it failed, hangs, or sampling has stopped.',
      'collector',
      each((source) => Number(isFresh && (mask & sourceBit(source)) === 0)),
    ),
    labelled(
      'gauge',
      'harborforge_collector_supported',
      'Whether this host has what the source tells of; 0 for swap, nginx and pressure where there is none.',
      'collector',
      supported,
    ),
    labelled(
      'gauge',
      'harborforge_collector_age_seconds',
      'How long ago the newest value of this source was read; before the first, how long it has been looked for.',
      'collector',
      each((source) => (n === null ? null : Math.max(0, nowMs - n[T[`${source}_fresh_ms`]]!) / 1000)),
    ),
    labelled(
      'gauge',
      'harborforge_collector_duration_seconds',
      'How long the last completed try to read this source took; the CPU, which is read at every sample, is not timed.',
      'collector',
      each((source) => {
        if (source === 'disk') return (disk?.[D.disk_duration_ms] ?? Number.NaN) / 1000;
        if (source === 'nginx') return (disk?.[D.nginx_duration_ms] ?? Number.NaN) / 1000;
        return source === 'cpu' ? Number.NaN : (n?.[T[`${source}_duration_ms`]] ?? Number.NaN) / 1000;
      }),
    ),
    ...SOURCES.map((source) =>
      single(
        'gauge',
        `harborforge_${source}_failed`,
        'Whether the last try to read this source failed, or hangs; /health and the log say why.',
        n === null ? null : Number((mask & sourceBit(source)) !== 0),
      ),
    ),
  ];
}

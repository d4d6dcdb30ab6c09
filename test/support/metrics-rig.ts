import { Metrics, type MetricsSources } from '../../src/metrics/metrics.js';
import { D, type DISK_NUMBERS, type NumberName, SOURCES } from '../../src/shared/fields.js';
import { FrameReader, FrameWriter } from '../../src/shared/frame-store.js';
import { DISK_READER, DISK_STORE, TELEMETRY_READER, TELEMETRY_STORE } from '../../src/shared/layout.js';
import { FrameSource } from './frames.js';
import { parseExposition, sampleValue } from './prometheus-text.js';

/** When the frames of `askMetrics` are sampled. */
export const SAMPLED_MS = 100_000;
/** The numbers of a host that is well, without swap. */
export const HOST: Partial<Record<NumberName, number>> = {
  sampled_mono_ms: SAMPLED_MS,
  cpu_pct: 10.5,
  mem_pct: 52.25,
  disk_pct: 81,
  swap_pct: 0,
  load_1: 0.12,
  load_5: 0.09,
  load_15: 0.03,
  uptime_seconds: 12_345,
  nginx_installed: 1,
  nginx_site_count: 2,
  mem_size_bytes: 8 * 2 ** 30,
  mem_available_bytes: 4 * 2 ** 30,
  swap_size_bytes: 0,
  swap_free_bytes: 0,
  disk_size_bytes: 1e12,
  disk_used_bytes: 6e11,
  disk_available_bytes: 3e11,
  cpu_user: 200,
  cpu_idle: 300,
  ticks: 1_000,
  missed_ticks: 3,
  read_errors: 2,
  cpu_anomalies: 1,
  lane_cpu_ns: 2.5e9,
};

/** What /metrics is asked about. */
interface Setting {
  readonly numbers?: Partial<Record<NumberName, number>> | null;
  /** As in `FrameContents`. */
  readonly bursts?: Iterable<number>;
  readonly disk?: Partial<Record<(typeof DISK_NUMBERS)[number], number>>;
  readonly ageMs?: number;
  readonly sources?: Partial<MetricsSources>;
  readonly accept?: string;
}

/** What /metrics says, `ageMs` after a frame with these numbers; null: before the first one. */
export function askMetrics({
  numbers = HOST,
  bursts = [],
  disk,
  ageMs = 10,
  sources = {},
  accept = '',
}: Setting) {
  const frames = new FrameSource();
  if (numbers !== null) frames.publish({ numbers, bursts });
  if (disk !== undefined) {
    const writer = new FrameWriter(frames.shared, DISK_STORE);
    const slot = writer.begin();
    slot.numbers.fill(Number.NaN);
    for (const [name, value] of Object.entries(disk)) slot.numbers[D[name as keyof typeof D]] = value;
    writer.publish(slot, 0);
  }
  const metrics = new Metrics({
    version: '0.1.0',
    identifier: 'vps.t1',
    startMonoMs: 0,
    startWallSeconds: 1_700_000_000.5,
    budgetPct: 0.5,
    configuredIntervalMs: 50,
    frames: new FrameReader(frames.shared, TELEMETRY_STORE, TELEMETRY_READER.main),
    diskFrames: new FrameReader(frames.shared, DISK_STORE, DISK_READER.main),
    transport: () => 'uws',
    monoMs: () => SAMPLED_MS + ageMs,
    problems: () => [],
    samplerCpuPct: () => null,
    lane: (name) => ({ running: name === 'proc', restarts: name === 'proc' ? 4 : 0 }),
    heartbeat: () => null,
    openclaw: () => null,
    inventory: () => null,
    ...sources,
  });
  const answer = metrics.answer({ getHeader: (name) => (name === 'accept' ? accept : '') });
  const samples = parseExposition(String(answer.body));
  return {
    answer,
    samples,
    value: (name: string, labels?: Readonly<Record<string, string>>) => sampleValue(samples, name, labels),
    names: new Set(samples.map(({ name }) => name)),
  };
}

type Told = ReturnType<typeof askMetrics>;

/** Of each source, whether it gives values. */
export const successOf = (told: Told) =>
  Object.fromEntries(
    SOURCES.map((source) => [source, told.value('harborforge_collector_success', { collector: source })]),
  );
/** The same of each source. */
export const each = (value: number) => Object.fromEntries(SOURCES.map((source) => [source, value]));

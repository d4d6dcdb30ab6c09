import { PRESSURE_RESOURCES, type PressureResource, type Source } from '../../shared/fields.js';
import { pressureOf } from '../details.js';
import type { Reading, Snapshot } from './feed.js';
import { History } from './history.js';

/** What has a bar: a share that is known, or is not. */
export interface Gauge {
  readonly label: string;
  /** 0 to 1, and more for a load beyond all CPUs; NaN: unknown. */
  readonly share: number;
  /** The value as it is shown. */
  readonly text: string;
  readonly history: History;
  /** What the top of the sparkline stands for at least. */
  readonly most: number;
  /** Seconds without a new value; null: it is fresh. */
  readonly staleSeconds: number | null;
  /** Whether to be near 1 is nothing good. */
  readonly isAlarming: boolean;
}

const METERS = [
  { label: 'CPU', source: 'cpu', pick: ({ cpu_pct }: Snapshot) => cpu_pct },
  { label: 'Burst', source: 'cpu', pick: ({ cpu }: Snapshot) => cpu.busy_100ms_pct },
  { label: 'Core', source: 'cpu', pick: ({ cpu }: Snapshot) => cpu.cores.hottest.pct },
  { label: 'Memory', source: 'memory', pick: ({ mem_pct }: Snapshot) => mem_pct },
  { label: 'Swap', source: 'swap', pick: ({ swap_pct }: Snapshot) => swap_pct },
  { label: 'Disk', source: 'disk', pick: ({ disk_pct }: Snapshot) => disk_pct },
] as const;
const LOAD = 'Load';
const PRESSURE_LABELS: Readonly<Record<PressureResource, string>> = {
  cpu: 'PSI CPU',
  memory: 'PSI mem',
  io: 'PSI I/O',
};

/** Keeps what was seen in the last minute, and turns the newest sample into gauges. */
export class View {
  readonly #histories = new Map<string, History>();
  readonly #cpuCount: number;
  #seenMonoMs = Number.NaN;

  /** A load of `cpuCount` fills its bar. */
  constructor(cpuCount: number) {
    this.#cpuCount = Math.max(1, cpuCount);
  }

  /**
   * The gauges of the CPU, of its last 100 ms, of its busiest core, of memory, swap, disk and load, in this order. A sample that was taken before is
   * not taken twice.
   */
  gauges({ snapshot, atMonoMs }: Reading): Gauge[] {
    const isNew = atMonoMs !== this.#seenMonoMs;
    this.#seenMonoMs = atMonoMs;
    const [load = null] = snapshot.load_avg ?? [];
    if (isNew) {
      for (const { label, pick } of METERS) this.#historyOf(label).push(pick(snapshot), atMonoMs);
      this.#historyOf(LOAD).push(load, atMonoMs);
      for (const source of PRESSURE_RESOURCES)
        this.#historyOf(PRESSURE_LABELS[source]).push(pressureOf(snapshot)?.[source] ?? null, atMonoMs);
    }
    return [
      ...METERS.map(({ label, source, pick }) => ({
        ...this.#percent(label, pick(snapshot), staleSecondsOf(snapshot, source), true),
        label: label === 'Core' ? describeCore(snapshot) : label,
      })),
      {
        label: LOAD,
        share: load === null ? Number.NaN : load / this.#cpuCount,
        text: load === null ? '?' : load.toFixed(2),
        history: this.#historyOf(LOAD),
        most: this.#cpuCount,
        staleSeconds: staleSecondsOf(snapshot, 'load'),
        isAlarming: true,
      },
    ];
  }

  /** The gauges of CPU, memory and I/O pressure; null where the kernel tells none. To be called after `gauges`. */
  pressureGauges({ snapshot }: Reading): Gauge[] | null {
    const pressure = pressureOf(snapshot);
    if (pressure === null) return null;
    const staleSeconds = staleSecondsOf(snapshot, 'pressure');
    return PRESSURE_RESOURCES.map((source) =>
      this.#percent(PRESSURE_LABELS[source], pressure[source], staleSeconds, false),
    );
  }

  #percent(label: string, value: number | null, staleSeconds: number | null, isAlarming: boolean): Gauge {
    return {
      label,
      share: value === null ? Number.NaN : value / 100,
      text: value === null ? '?' : `${value.toFixed(1)} %`,
      history: this.#historyOf(label),
      most: 100,
      staleSeconds,
      isAlarming,
    };
  }

  #historyOf(label: string): History {
    const known = this.#histories.get(label);
    if (known !== undefined) return known;
    const history = new History();
    this.#histories.set(label, history);
    return history;
  }
}

function staleSecondsOf({ stale, stale_seconds }: Snapshot, source: Source): number | null {
  return stale?.includes(source) ? (stale_seconds?.[source] ?? 0) : null;
}

function describeCore({ cpu }: Snapshot): string {
  const { core } = cpu.cores.hottest;
  return core === null ? 'Core' : `Core ${core}`;
}

import type { Reading } from './reading.js';

/** What the charts draw, and what becomes of several samples in one point: their mean, or the highest of them. */
export const COLUMNS = {
  /** Busy share over the last second, and over 100 ms, percent. */
  cpu: 'mean',
  burst: 'max',
  hottest: 'max',
  memory: 'mean',
  swap: 'mean',
  load: 'mean',
  /** For how much of a second some task waited, percent. */
  pressureCpu: 'max',
  pressureMemory: 'max',
  pressureIo: 'max',
} as const;
export type Column = keyof typeof COLUMNS;
export const COLUMN_NAMES = Object.keys(COLUMNS) as readonly Column[];

/** The values of one moment. Null is unknown. */
export type Row = Readonly<Record<Column, number | null>>;

/** Points of a chart: `columns` are as long as `timesMs`, which ascends. A null is a gap. */
export interface Points {
  readonly timesMs: readonly number[];
  readonly columns: Readonly<Record<Column, readonly (number | null)[]>>;
}

const NOTHING: Row = perColumn(() => null);
/** So many points may be kept beyond what is shown, until all of them are dropped at once. */
const SPARE_POINTS = 64;
/** Samples that are further apart than this have a gap between them, however close together points are. */
const MIN_GAP_MS = 1_000;

/** What `make` gives for each column, by the column's name. */
export function perColumn<Value>(make: (column: Column) => Value): Record<Column, Value> {
  return Object.fromEntries(COLUMN_NAMES.map((column) => [column, make(column)])) as Record<Column, Value>;
}

/** What the charts draw of a reading. */
export function rowOfReading(reading: Reading): Row {
  const { pressure } = reading;
  return {
    cpu: reading.cpuPct,
    burst: reading.busy100msPct,
    hottest: reading.hottest?.pct ?? null,
    memory: reading.memPct,
    swap: reading.swapPct,
    load: reading.load?.[0] ?? null,
    pressureCpu: pressure.cpu.some.nowPct,
    pressureMemory: pressure.memory.some.nowPct,
    pressureIo: pressure.io.some.nowPct,
  };
}

/**
 * The points of one range of time: what is loaded, and what is appended to it. However many samples come, there is one point for each
 * `stepMs`, in which a peak survives, and none that is older than the range: its memory is bounded.
 */
export class Series implements Points {
  readonly rangeMs: number;
  readonly stepMs: number;
  readonly timesMs: number[] = [];
  readonly columns: Readonly<Record<Column, (number | null)[]>> = perColumn(() => []);
  /** Of how many known values the newest point's mean is made, by column; left out: of one at most. */
  #counts = new Map<Column, number>();
  #intervalMs = 0;

  constructor(rangeMs: number, stepMs: number) {
    this.rangeMs = rangeMs;
    this.stepMs = stepMs;
  }

  /** The newest point's time; NaN: there is none. */
  get endMs(): number {
    return this.timesMs.at(-1) ?? Number.NaN;
  }

  /**
   * Puts these points in place of those of the same time and of later ones. What is older stays: a daemon that was started again, or that
   * keeps less than the range, does not know of it.
   */
  load(points: Points): void {
    const [firstMs] = points.timesMs;
    if (firstMs === undefined) return;
    const after = this.timesMs.findIndex((timeMs) => timeMs >= firstMs);
    // Points on both sides of the first one tell themselves whether there is a gap.
    if (after < 0) this.#breakBefore(firstMs);
    const older = after < 0 ? this.timesMs.length : after;
    this.timesMs.splice(older, Number.POSITIVE_INFINITY, ...points.timesMs);
    for (const column of COLUMN_NAMES)
      this.columns[column].splice(older, Number.POSITIVE_INFINITY, ...points.columns[column]);
    this.#counts.clear();
    this.#trim();
  }

  clear(): void {
    this.#drop(this.timesMs.length);
    this.#counts.clear();
  }

  /**
   * Adds a sample that was taken at `timeMs`; one that is not newer than what is there is left out. `intervalMs` is the time between
   * samples: where it is much longer since the last one, there is a gap.
   */
  append(timeMs: number, row: Row, intervalMs: number): void {
    const { endMs } = this;
    if (timeMs <= endMs) return;
    this.#intervalMs = intervalMs;
    if (Math.floor(timeMs / this.stepMs) === Math.floor(endMs / this.stepMs)) {
      this.#merge(timeMs, row);
      return;
    }
    this.#breakBefore(timeMs);
    this.#push(timeMs, row);
    this.#trim();
  }

  /** Moves all points in time: the host's clock was set. */
  shift(byMs: number): void {
    for (let i = 0; i < this.timesMs.length; i++) this.timesMs[i]! += byMs;
  }

  /** Ends the line where what comes next is too late to be its next point. */
  #breakBefore(timeMs: number): void {
    if (timeMs - this.endMs > Math.max(MIN_GAP_MS, 3 * this.stepMs, 3 * this.#intervalMs))
      this.#push(this.endMs + 1, NOTHING);
  }

  #push(timeMs: number, row: Row): void {
    this.timesMs.push(timeMs);
    this.#counts.clear();
    for (const column of COLUMN_NAMES) this.columns[column].push(row[column]);
  }

  #merge(timeMs: number, row: Row): void {
    const last = this.timesMs.length - 1;
    this.timesMs[last] = timeMs;
    for (const column of COLUMN_NAMES) {
      const values = this.columns[column];
      const value = row[column];
      if (value === null) continue;
      const before = values[last] ?? null;
      if (before === null) values[last] = value;
      else if (COLUMNS[column] === 'max') values[last] = Math.max(before, value);
      else {
        const count = (this.#counts.get(column) ?? 1) + 1;
        this.#counts.set(column, count);
        values[last] = before + (value - before) / count;
      }
    }
  }

  #trim(): void {
    const fromMs = this.endMs - this.rangeMs;
    const { timesMs } = this;
    let old = 0;
    // The newest point before the range stays: the line comes from there.
    while (old + 1 < timesMs.length && timesMs[old + 1]! < fromMs) old++;
    if (old >= SPARE_POINTS) this.#drop(old);
  }

  #drop(count: number): void {
    this.timesMs.splice(0, count);
    for (const column of COLUMN_NAMES) this.columns[column].splice(0, count);
  }
}

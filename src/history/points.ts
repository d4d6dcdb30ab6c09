import type { History } from '../shared/recorder.js';
import { isGap } from './gaps.js';
import type { HistoryQuery } from './query.js';

/** The points of an answer, each made of adjacent rows. */
export interface Points {
  readonly stepMs: number;
  /** The number of rows that they cover, from the first one on. */
  readonly rows: number;
  /** The first row of each point, followed by the number of rows. A point without rows is a gap. */
  readonly firstRow: Int32Array;
  /** The wall clock at each point's newest row, as recorded then, ms; for a gap, at its middle. */
  readonly timeMs: Float64Array;
  /** The time from then to `untilMs` by the monotonic clock, ms. */
  readonly ageMs: Float64Array;
}

/** How to lay out rows as points. */
export interface Plan {
  /** The needed rows start here, CLOCK_MONOTONIC ms, and end at `untilMs`. */
  readonly fromMs: number;
  readonly untilMs: number;
  readonly maxPoints: number;
  /** Rows between two multiples of this, counted from `originMs`, share a point, so that a time is in the same point in every answer. */
  readonly stepMs: number;
  readonly originMs: number;
  /** The current distance between rows, ms. */
  readonly rowMs: number;
}

/**
 * Plans the points of an answer. The step is the smallest whole number of ms at which the requested range, wherever it starts, needs no
 * more points than requested. `rowMs` is the distance between rows at the interval in force.
 */
export function planPoints({ seconds, points }: HistoryQuery, nowMs: number, rowMs: number): Plan {
  const rangeMs = seconds * 1_000;
  const beginMs = nowMs - rangeMs;
  const common = { untilMs: nowMs, maxPoints: points, rowMs };
  if (points === 1) return { ...common, fromMs: beginMs, originMs: beginMs, stepMs: rangeMs + 1 };
  const stepMs = Math.ceil(rangeMs / (points - 1));
  // Include all rows of the oldest point.
  return { ...common, fromMs: Math.floor(beginMs / stepMs) * stepMs, originMs: 0, stepMs };
}

/**
 * Lays out the rows of `history`: one point per row if the plan's step is no longer than the distance between rows and there are few enough
 * rows, else by the plan's step. Points without rows mark gaps in sampling.
 */
export function layPoints(history: History, plan: Plan): Points {
  const { stepMs, rowMs, untilMs } = plan;
  let { rows } = history;
  // Skip rows that were recorded after the answer was planned.
  while (rows > 0 && history.monoMs[rows - 1]! > untilMs) rows--;
  const each = stepMs <= rowMs ? layRows(history, rows, plan) : null;
  return each ?? laySteps(history, rows, plan);
}

/** Builds points, oldest first. */
class Laying {
  readonly #history: History;
  readonly #untilMs: number;
  readonly #firstRow: Int32Array;
  readonly #timeMs: Float64Array;
  readonly #ageMs: Float64Array;
  #count = 0;

  constructor(history: History, { maxPoints, untilMs }: Plan) {
    this.#history = history;
    this.#untilMs = untilMs;
    this.#firstRow = new Int32Array(maxPoints + 1);
    this.#timeMs = new Float64Array(maxPoints);
    this.#ageMs = new Float64Array(maxPoints);
  }

  get isFull(): boolean {
    return this.#count === this.#timeMs.length;
  }

  /** Starts a point at `row`. */
  begin(row: number): void {
    this.#firstRow[this.#count++] = row;
  }

  /** Ends the current point before `row`. */
  end(row: number): void {
    this.#timeMs[this.#count - 1] = this.#history.wallMs[row - 1]!;
    this.#ageMs[this.#count - 1] = this.#untilMs - this.#history.monoMs[row - 1]!;
  }

  /** Adds a point without rows before `row`, at `atMs` of the monotonic clock. */
  gap(row: number, atMs: number): void {
    const { monoMs, wallMs } = this.#history;
    this.#firstRow[this.#count] = row;
    this.#timeMs[this.#count] = wallMs[row - 1]! + (atMs - monoMs[row - 1]!);
    this.#ageMs[this.#count++] = this.#untilMs - atMs;
  }

  done(rows: number, stepMs: number): Points {
    const count = this.#count;
    this.#firstRow[count] = rows;
    return {
      stepMs,
      rows,
      firstRow: this.#firstRow.subarray(0, count + 1),
      timeMs: this.#timeMs.subarray(0, count),
      ageMs: this.#ageMs.subarray(0, count),
    };
  }
}

/** One point for each row and each gap; null if there are too many. */
function layRows(history: History, rows: number, plan: Plan): Points | null {
  const { untilMs, rowMs } = plan;
  const { monoMs } = history;
  const laying = new Laying(history, plan);
  for (let row = 0; row <= rows; row++) {
    if (isGap(monoMs, rows, row, plan)) {
      if (laying.isFull) return null;
      const endMs = row < rows ? monoMs[row]! : untilMs;
      laying.gap(row, (monoMs[row - 1]! + endMs) / 2);
    }
    if (row === rows) break;
    if (laying.isFull) return null;
    laying.begin(row);
    laying.end(row + 1);
  }
  return laying.done(rows, rowMs);
}

/** One point for each step with rows and, inside gaps, for each step without rows. */
function laySteps(history: History, rows: number, plan: Plan): Points {
  const { originMs, stepMs, untilMs } = plan;
  const { monoMs } = history;
  const laying = new Laying(history, plan);
  const beginOf = (atMs: number): number => originMs + Math.floor((atMs - originMs) / stepMs) * stepMs;
  const layGap = (row: number, fromMs: number, toMs: number): void => {
    for (let beginMs = fromMs; beginMs < toMs; beginMs += stepMs)
      laying.gap(row, Math.min(beginMs + stepMs / 2, untilMs));
  };
  let endMs = Number.NEGATIVE_INFINITY;
  for (let row = 0; row < rows; row++) {
    const atMs = monoMs[row]!;
    if (atMs < endMs) continue;
    const beginMs = beginOf(atMs);
    if (row > 0) {
      laying.end(row);
      if (isGap(monoMs, rows, row, plan)) layGap(row, endMs, beginMs);
    }
    laying.begin(row);
    endMs = beginMs + stepMs;
  }
  if (rows > 0) {
    laying.end(rows);
    if (isGap(monoMs, rows, rows, plan)) layGap(rows, endMs, untilMs);
  }
  return laying.done(rows, stepMs);
}

import type { History } from '../shared/recorder.js';
import { isGap } from './gaps.js';
import type { HistoryQuery } from './query.js';

/** The points in which rows are told: neighbouring rows share one. */
export interface Points {
  readonly stepMs: number;
  /** How many rows they are made of, from the first on. */
  readonly rows: number;
  /** The first row of each point, and behind all of them the number of rows. A point without rows is a gap. */
  readonly firstRow: Int32Array;
  /** The wall clock at each point's newest row, as it was then, ms; of a gap, at its middle. */
  readonly timeMs: Float64Array;
  /** How long before `untilMs` that was by the monotonic clock, ms. */
  readonly ageMs: Float64Array;
}

/** How rows are to be laid out. */
export interface Plan {
  /** The rows that are needed begin here, CLOCK_MONOTONIC ms, and end with `untilMs`. */
  readonly fromMs: number;
  readonly untilMs: number;
  readonly maxPoints: number;
  /** What lies between multiples of this, counted from `originMs`, shares a point; so that the same time always does. */
  readonly stepMs: number;
  readonly originMs: number;
  /** So far rows are apart now, ms. */
  readonly rowMs: number;
}

/**
 * Plans the points of an answer. The step is the smallest whole number of ms by which the time that is asked for, wherever it begins, takes
 * no more than that many points. `rowMs` is how far rows are apart at the interval that is in force.
 */
export function planPoints({ seconds, points }: HistoryQuery, nowMs: number, rowMs: number): Plan {
  const rangeMs = seconds * 1_000;
  const beginMs = nowMs - rangeMs;
  const common = { untilMs: nowMs, maxPoints: points, rowMs };
  if (points === 1) return { ...common, fromMs: beginMs, originMs: beginMs, stepMs: rangeMs + 1 };
  const stepMs = Math.ceil(rangeMs / (points - 1));
  // The oldest point is told as a whole.
  return { ...common, fromMs: Math.floor(beginMs / stepMs) * stepMs, originMs: 0, stepMs };
}

/**
 * Lays out the rows of `history`: each in a point of its own where the plan's step is no longer than from row to row and they are few
 * enough, else by the plan's step. Where sampling stood still, points without rows show it.
 */
export function layPoints(history: History, plan: Plan): Points {
  const { stepMs, rowMs, untilMs } = plan;
  let { rows } = history;
  // Taken since the answer was planned.
  while (rows > 0 && history.monoMs[rows - 1]! > untilMs) rows--;
  const each = stepMs <= rowMs ? layRows(history, rows, plan) : null;
  return each ?? laySteps(history, rows, plan);
}

/** Points as they are laid, oldest first. */
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

  /** A point whose rows begin with `row`. */
  begin(row: number): void {
    this.#firstRow[this.#count++] = row;
  }

  /** The point that was begun ends before `row`. */
  end(row: number): void {
    this.#timeMs[this.#count - 1] = this.#history.wallMs[row - 1]!;
    this.#ageMs[this.#count - 1] = this.#untilMs - this.#history.monoMs[row - 1]!;
  }

  /** A point without rows behind those before `row`, at that time of the monotonic clock. */
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

/** A point for each row, and for each gap; null when these are too many. */
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

/** A point for each step in which there are rows, and in each gap for each step without any. */
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

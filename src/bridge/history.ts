import { layPoints, planPoints } from '../history/points.js';
import { type HistoryQuery, parseHistoryQuery } from '../history/query.js';
import { HistoryRenderer } from '../history/render.js';
import { summarize } from '../history/summarize.js';
import type { Clock } from '../shared/clock.js';
import { T } from '../shared/fields.js';
import type { FrameReader } from '../shared/frame-store.js';
import { type RecorderReader, ROW_MIN_MS } from '../shared/recorder.js';
import { type Answer, errorAnswer, OK } from './answer.js';
import type { RequestHead } from './guard.js';
import { TimeBudget } from './time-budget.js';

const OFF = errorAnswer(
  'history_off',
  'no history is kept: MONITOR_HISTORY_SEC is 0; it is for how many seconds samples are kept',
);

const BUSY = errorAnswer(
  'history_busy',
  'so much history is asked for that other requests would have to wait',
  {
    headers: [['retry-after', '1']],
  },
);

export interface HistoryOptions {
  readonly identifier: string;
  /** For how long the flight recorder keeps rows; 0: nothing is recorded. */
  readonly historySec: number;
  /** The interval to assume before the first frame reports the one in force. */
  readonly sampleIntervalMs: number;
  readonly recorder: RecorderReader;
  readonly frames: FrameReader;
  readonly clock: Clock;
}

/**
 * `GET /history`: the last minutes of the flight recorder, in at most the requested number of points. An answer takes a few ms, and 30 ms
 * for an hour at the highest resolution. Thread: main.
 */
export class HistoryRoute {
  readonly #options: HistoryOptions;
  /** Created at the first request. */
  #renderer: HistoryRenderer | null = null;
  readonly #budget: TimeBudget;

  constructor(options: HistoryOptions) {
    this.#options = options;
    this.#budget = new TimeBudget(() => options.clock.monoMs());
  }

  answer(request: RequestHead): Answer {
    const { historySec } = this.#options;
    if (historySec === 0) return OFF;
    const query = parseHistoryQuery(request.getQuery(), historySec);
    if ('length' in query) return errorAnswer('invalid_query', 'invalid query', { problems: query });
    return this.#budget.spend(() => this.#tell(query)) ?? BUSY;
  }

  #tell(query: HistoryQuery): Answer {
    const { identifier, recorder, frames, clock } = this.#options;
    const intervalMs =
      frames.read(({ numbers }) => numbers[T.interval_ms]!) ?? this.#options.sampleIntervalMs;
    const plan = planPoints(query, clock.monoMs(), Math.max(ROW_MIN_MS, intervalMs));
    const history = recorder.since(plan.fromMs);
    const points = layPoints(history, plan);
    this.#renderer ??= new HistoryRenderer();
    const body = this.#renderer.render({
      head: {
        identifier,
        now_ms: clock.wallMs(),
        seconds: query.seconds,
        interval_ms: intervalMs,
        step_ms: points.stepMs,
        rows: points.rows,
      },
      timeMs: points.timeMs,
      ageMs: points.ageMs,
      summaries: history.columns.map((column) => summarize(column, points)),
    });
    return { status: OK, headers: [], body };
  }
}

import type { Clock } from '../shared/clock.js';
import { T } from '../shared/fields.js';
import type { FrameReader } from '../shared/frame-store.js';
import { isFrameStale } from '../shared/pace.js';
import { type Answer, errorAnswer, OK } from './answer.js';

const RETRY_AFTER: Answer['headers'] = [['retry-after', '1']];
const NO_SAMPLE = errorAnswer('no_sample', 'there is no valid sample yet', { headers: RETRY_AFTER });
const STALE = errorAnswer('sample_stale', 'the newest sample is too old: the sampler has stopped', {
  headers: RETRY_AFTER,
});

/**
 * `GET /telemetry`: the newest frame's own bytes. Between `acquire` and `release` the frame is pinned, and the answer's body lies in
 * shared memory; it must have been copied into the socket before `release`. Thread: main. Allocates: nothing.
 */
export class TelemetryRoute {
  readonly #frames: FrameReader;
  readonly #clock: Clock;
  readonly #answer: { status: string; headers: Answer['headers']; body: Uint8Array } = {
    status: OK,
    headers: [],
    body: new Uint8Array(0),
  };

  constructor(options: { frames: FrameReader; clock: Clock }) {
    this.#frames = options.frames;
    this.#clock = options.clock;
  }

  /** The answer for now, valid until `release`, which must follow at once. */
  acquire(): Answer {
    const frame = this.#frames.acquire();
    if (frame === null || frame.numbers[T.valid] !== 1) return NO_SAMPLE;
    if (isFrameStale(frame.numbers, this.#clock.monoMs())) return STALE;
    this.#answer.body = frame.view();
    return this.#answer;
  }

  release(): void {
    this.#frames.release();
  }
}

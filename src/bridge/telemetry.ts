import { snapshotOf } from '../../workers/snapshot/snapshot.js';
import type { Clock } from '../shared/clock.js';
import { T } from '../shared/fields.js';
import type { FrameReader, Slot } from '../shared/frame-store.js';
import { isFrameStale } from '../shared/pace.js';
import { readDiskNotes } from '../shared/reasons.js';
import { type Answer, errorAnswer, OK } from './answer.js';

const RETRY_AFTER: Answer['headers'] = [['retry-after', '1']];
const NO_SAMPLE = errorAnswer('no_sample', 'there is no valid sample yet', { headers: RETRY_AFTER });
const STALE = errorAnswer('sample_stale', 'the newest sample is too old: the sampler has stopped', {
  headers: RETRY_AFTER,
});

/**
 * `GET /telemetry`: the newest frame's own bytes. The sampler publishes only numbers. The first request for a frame renders its JSON into
 * that frame's space for bytes, and further requests are served from it. Between `acquire` and `release` the frame is pinned and the
 * answer's body lies in shared memory: it must be copied into the socket before `release`. Thread: main. Allocates: a few kB for the first
 * request for a frame, nothing for the others.
 */
export class TelemetryRoute {
  readonly #identifier: string;
  readonly #frames: FrameReader;
  readonly #diskFrames: FrameReader;
  readonly #clock: Clock;
  readonly #answer: { status: string; headers: Answer['headers']; body: Uint8Array } = {
    status: OK,
    headers: [],
    body: new Uint8Array(0),
  };

  constructor(options: { identifier: string; frames: FrameReader; diskFrames: FrameReader; clock: Clock }) {
    this.#identifier = options.identifier;
    this.#frames = options.frames;
    this.#diskFrames = options.diskFrames;
    this.#clock = options.clock;
  }

  /** The current answer, valid until `release`, which must follow at once. */
  acquire(): Answer {
    const frame = this.#frames.acquire();
    if (frame === null || frame.numbers[T.valid] !== 1) return NO_SAMPLE;
    if (isFrameStale(frame.numbers, this.#clock.monoMs())) return STALE;
    if (frame.byteLength === 0) this.#render(frame);
    this.#answer.body = frame.view();
    return this.#answer;
  }

  release(): void {
    this.#frames.release();
  }

  #render(frame: Slot): void {
    const snapshot = snapshotOf(frame.numbers, readDiskNotes(this.#diskFrames).sites);
    frame.render(JSON.stringify({ identifier: this.#identifier, ...snapshot }));
  }
}

import { classOf } from '../../workers/net/heartbeat-client.js';
import { Arrivals } from './arrivals.js';
import type { Answer } from './backend.js';

/** What the backend sees of a fleet. Times are milliseconds of virtual time. */
export class BackendLog {
  readonly arrivals = new Arrivals();
  readonly #watchedFromMs: number;
  /** For each host, when it was first heard of since; Infinity: not yet. */
  readonly #heardMs: Float64Array;
  readonly #acceptedMs: Float64Array;
  readonly #notBeforeMs: Float64Array;
  #longestSilenceMs = 0;
  #tooEarly = 0;

  /** `watchedFromMs`: from when on is noted how soon each host is heard of. */
  constructor(hosts: number, watchedFromMs: number) {
    this.#watchedFromMs = watchedFromMs;
    this.#heardMs = new Float64Array(hosts).fill(Number.POSITIVE_INFINITY);
    this.#acceptedMs = new Float64Array(hosts).fill(Number.NaN);
    this.#notBeforeMs = new Float64Array(hosts).fill(Number.NEGATIVE_INFINITY);
  }

  /** The longest that was between two beats of one host that were accepted. */
  get longestSilenceMs(): number {
    return this.#longestSilenceMs;
  }

  /** Requests that came before the time for which the backend had asked. */
  get tooEarly(): number {
    return this.#tooEarly;
  }

  /** Notes a request of `host` and what became of it. Requests come in the order of their times. */
  add(host: number, atMs: number, answer: Answer): void {
    this.arrivals.add(atMs);
    if (atMs < this.#notBeforeMs[host]!) this.#tooEarly++;
    const isAnswered = answer.kind === 'answered';
    this.#notBeforeMs[host] = (isAnswered ? answer.notBeforeMs : undefined) ?? Number.NEGATIVE_INFINITY;
    if (!isAnswered || classOf(answer.status) !== 'accepted') return;
    const silenceMs = atMs - this.#acceptedMs[host]!;
    if (silenceMs > this.#longestSilenceMs) this.#longestSilenceMs = silenceMs;
    this.#acceptedMs[host] = atMs;
    if (atMs >= this.#watchedFromMs && this.#heardMs[host] === Number.POSITIVE_INFINITY)
      this.#heardMs[host] = atMs;
  }

  /** How long after the watch began so large a share of the hosts had been heard of; Infinity: never. */
  heardAfterMs(shares: readonly number[]): number[] {
    const sorted = this.#heardMs.toSorted();
    return shares.map((share) => {
      const hosts = Math.max(1, Math.ceil(share * sorted.length));
      return sorted[hosts - 1]! - this.#watchedFromMs;
    });
  }
}

/** How the page stands with the Monitor. */
export type LinkState =
  /** Nothing has come yet. */
  | 'connecting'
  | 'live'
  /** It answers, but its newest sample stands still. */
  | 'still'
  /** It answers that it has no sample that is new enough. */
  | 'stopped'
  | 'unreachable'
  /** It wants a token, and has got none, or a wrong one. */
  | 'locked'
  /** It answers something that this page does not understand. */
  | 'refused';

/** How a request for the newest sample ended, when it brought none. */
export type Failure =
  | { readonly type: 'network' }
  | { readonly type: 'status'; readonly status: number; readonly message: string };

export interface LinkLook {
  readonly state: LinkState;
  /** Since the last new sample; null: there was none. */
  readonly ageMs: number | null;
  /** When that was, by the host's clock, unix ms; null: there was none. */
  readonly sinceMs: number | null;
  /** What the Monitor said of it; empty, when it said nothing. */
  readonly message: string;
}

/** A blink is no outage: a daemon that is started again takes less than this. */
const GRACE_MS = 1_000;
/** As the daemon itself judges its samples. */
const MIN_STILL_MS = 2_000;
/** So long a first answer may take. */
const FIRST_ANSWER_MS = 2_000;

/** Judges from what comes, and from what does not, how the page stands with the Monitor. Times are those of one steady clock, ms. */
export class Link {
  #startMs: number;
  #sampledAtMs = Number.NaN;
  #newAtMs = Number.NaN;
  /** When the newest sample came: other than `#newAtMs` where nobody asked for a while. */
  #cameAtMs = Number.NaN;
  #answeredAtMs = Number.NaN;
  #intervalMs = 0;
  #failure: Failure | null = null;

  constructor(nowMs: number) {
    this.#startMs = nowMs;
  }

  /** A sample has come. Returns whether it is another than the one before. */
  sampled(sampledAtMs: number, intervalMs: number, nowMs: number): boolean {
    this.#failure = null;
    this.#answeredAtMs = nowMs;
    this.#intervalMs = intervalMs;
    if (sampledAtMs === this.#sampledAtMs) return false;
    this.#sampledAtMs = sampledAtMs;
    this.#newAtMs = nowMs;
    this.#cameAtMs = nowMs;
    return true;
  }

  failed(failure: Failure, nowMs: number): void {
    this.#failure = failure;
    if (failure.type === 'status') this.#answeredAtMs = nowMs;
  }

  /** The page begins to ask again, and did not for a while: what it did not ask for is not missing. */
  resumed(nowMs: number): void {
    if (!Number.isNaN(this.#newAtMs)) this.#newAtMs = nowMs;
    this.#answeredAtMs = nowMs;
    this.#startMs = nowMs;
  }

  look(nowMs: number): LinkLook {
    const ageMs = Number.isNaN(this.#newAtMs) ? null : nowMs - this.#newAtMs;
    return { state: this.#judge(ageMs, nowMs), ageMs, sinceMs: this.#sinceMs(), message: this.#message() };
  }

  #judge(ageMs: number | null, nowMs: number): LinkState {
    const failure = this.#failure;
    if (failure?.type === 'status' && failure.status === 401) return 'locked';
    if (failure?.type === 'status' && failure.status !== 503) return 'refused';
    if (failure !== null) {
      if (ageMs !== null && ageMs < GRACE_MS) return 'live';
      return failure.type === 'network' ? 'unreachable' : 'stopped';
    }
    if (ageMs === null) return nowMs - this.#startMs > FIRST_ANSWER_MS ? 'unreachable' : 'connecting';
    const limitMs = Math.max(MIN_STILL_MS, 3 * this.#intervalMs);
    if (ageMs <= limitMs) return 'live';
    return nowMs - this.#answeredAtMs > limitMs ? 'unreachable' : 'still';
  }

  #sinceMs(): number | null {
    return Number.isNaN(this.#newAtMs) ? null : this.#sampledAtMs + (this.#newAtMs - this.#cameAtMs);
  }

  #message(): string {
    return this.#failure?.type === 'status' ? this.#failure.message : '';
  }
}

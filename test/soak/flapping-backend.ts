import { heartbeatSchema } from '../support/heartbeat-schema.js';
import { type Arrival, ReferenceBackend } from '../support/reference-backend.js';
import { type Fate, type Mood, PLAYS } from './moods.js';

/** A heartbeat as it came, and what became of it. Times are performance.now(). */
export interface Beat {
  readonly atMs: number;
  readonly body: string;
  /** Why it should not have been sent like this; null: it is as the contract has it. */
  readonly problem: string | null;
  /** Null: it waits for its answer. */
  fate: Fate | null;
  /** When its answer was over; Infinity until then. */
  endMs: number;
}

/** The backend of the contract, which can be made bad in each way, and keeps what came and what became of it. */
export class FlappingBackend {
  readonly beats: Beat[] = [];
  readonly port: number;
  /** Whether one heartbeat in ten is kept twice, as by a backend that counts wrongly. */
  keepsTwice = false;
  #backend: ReferenceBackend;
  #apiKey: string;
  #maxInFlight = 0;
  #mood: Mood | null = null;
  #isListening = true;

  private constructor(backend: ReferenceBackend, apiKey: string) {
    this.#backend = backend;
    this.#apiKey = apiKey;
    this.port = backend.port;
    this.#watch();
  }

  static async start(apiKey: string): Promise<FlappingBackend> {
    return new FlappingBackend(await ReferenceBackend.start({ apiKey }), apiKey);
  }

  /** Makes the backend bad from now on; null: it is well. `refuses the key` goes on until the daemon has the new one. */
  async become(mood: Mood | null): Promise<void> {
    this.#mood = mood;
    if (mood === 'refuses connections') {
      await this.stop();
      return;
    }
    if (!this.#isListening) {
      this.#backend = await ReferenceBackend.start({ apiKey: this.#apiKey, port: this.port });
      this.#isListening = true;
      this.#watch();
    }
    const play = mood === null ? undefined : PLAYS[mood];
    this.#backend.scriptAll(
      play === undefined
        ? null
        : (request, response) => {
            const beat = this.#note(this.#backend.arrivals.at(-1)!, null);
            play(request, response, (fate) => end(beat, fate));
          },
    );
  }

  /** Lets this key in from now on, and no other. */
  changeKey(apiKey: string): void {
    this.#apiKey = apiKey;
    this.#backend.changeKey(apiKey);
  }

  /** Cuts all connections: the next heartbeat needs a new one. */
  async cutConnections(): Promise<void> {
    if (!this.#isListening) return;
    await this.stop();
    await this.become(this.#mood);
  }

  async stop(): Promise<void> {
    if (!this.#isListening) return;
    this.#isListening = false;
    this.#maxInFlight = this.maxInFlight;
    await this.#backend.stop();
  }

  /** The most requests that were being answered at one time. */
  get maxInFlight(): number {
    return Math.max(this.#maxInFlight, this.#backend.maxInFlight);
  }

  /** Whether a heartbeat waits for its answer. */
  get isBusy(): boolean {
    return this.beats.some(({ fate }) => fate === null);
  }

  #watch(): void {
    this.#backend.onArrival((arrival) => {
      if (arrival.status !== null) this.#note(arrival, fateOf(arrival.status));
    });
  }

  #note(arrival: Arrival, fate: Fate | null): Beat {
    const { atMs, body } = arrival;
    const problem = problemOf(arrival);
    const beat: Beat = { atMs, body, problem, fate, endMs: fate === null ? Number.POSITIVE_INFINITY : atMs };
    this.beats.push(beat);
    if (this.keepsTwice && this.beats.length % 10 === 0) this.beats.push(beat);
    return beat;
  }
}

function end(beat: Beat, fate: Fate): void {
  if (beat.fate !== null) return;
  beat.fate = fate;
  beat.endMs = performance.now();
}

function fateOf(status: number): Fate {
  if (status === 200) return 'accepted';
  return status === 401 ? 'unauthorized' : 'rejected';
}

/** A key that is old is no fault of the body's. */
function problemOf({ body, problems, status }: Arrival): string | null {
  if (status !== null && status !== 401) return problems[0] ?? null;
  try {
    const parsed = heartbeatSchema.safeParse(JSON.parse(body));
    return parsed.success ? null : (parsed.error.issues[0]?.message ?? 'not of the shape');
  } catch {
    return 'not JSON';
  }
}

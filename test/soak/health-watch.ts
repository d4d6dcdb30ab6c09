import { setTimeout as delay } from 'node:timers/promises';
import type { Health } from '../support/bridge-client.js';
import { RawConnection, requestHead } from '../support/raw-http.js';

const EVERY_MS = 250;
const TIMEOUT_MS = 15_000;

/** A look at the counters of the proc lane. */
export interface FrameLook {
  /** When the newest frame was sampled, performance.now(); known to half of `rttMs`. */
  readonly atMs: number;
  readonly rttMs: number;
  readonly ticks: number;
  readonly missed: number;
  readonly restarts: number;
  readonly intervalMs: number;
  readonly isRunning: boolean;
}

/** How a heartbeat ended, as the daemon says. Times are performance.now(). */
export interface Attempt {
  /** When it began. */
  readonly startMs: number;
  readonly endMs: number;
  readonly result: string;
  /** When the next one is due. */
  readonly nextMs: number;
  readonly nextInMs: number;
  /** How many ended since the look before: of all but the last nothing is known. */
  readonly count: number;
  /** Deaths of the heartbeat thread so far. */
  readonly restarts: number;
}

/** What is read of a heartbeat besides what `Health` has. */
interface LastBeat {
  readonly result: string;
  readonly age_seconds: number;
  readonly duration_ms: number;
  readonly next_in_seconds: number;
}

/** Looks at /health four times a second over one connection, and keeps what the counters said. */
export class HealthWatch {
  readonly looks: FrameLook[] = [];
  readonly attempts: Attempt[] = [];
  failed = 0;
  /** The newest answer; null before the first. */
  health: Health | null = null;
  readonly #port: number;
  #connection: RawConnection | null = null;
  #beats = 0;

  constructor(port: number) {
    this.#port = port;
  }

  /** Looks until it is told to stop. Never rejects. */
  async run(stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      await this.look();
      await delay(EVERY_MS, undefined, { signal: stop }).catch(() => {});
    }
    this.#connection?.destroy();
    this.#connection = null;
  }

  /** One look. */
  async look(): Promise<void> {
    const sentMs = performance.now();
    const timer = setTimeout(() => this.#connection?.destroy(), TIMEOUT_MS);
    try {
      this.#connection ??= await RawConnection.open(this.#port);
      this.#connection.write(requestHead('GET', '/health'));
      const { body } = await this.#connection.answer();
      this.health = JSON.parse(body) as Health;
      this.#take(this.health, sentMs, performance.now());
    } catch {
      this.failed++;
      this.#connection?.destroy();
      this.#connection = null;
    } finally {
      clearTimeout(timer);
    }
  }

  #take({ lanes: { proc }, heartbeat }: Health, sentMs: number, nowMs: number): void {
    if (proc.ticks !== undefined) {
      this.looks.push({
        atMs: (sentMs + nowMs) / 2 - proc.age_ms,
        rttMs: nowMs - sentMs,
        ticks: proc.ticks,
        missed: proc.missed_ticks,
        restarts: proc.restarts,
        intervalMs: proc.interval_ms,
        isRunning: proc.running,
      });
    }
    const beats = Object.values(heartbeat.counts).reduce((sum, count) => sum + count, 0);
    if (beats > this.#beats && heartbeat.last !== null) {
      const last = heartbeat.last as unknown as LastBeat;
      const endMs = nowMs - last.age_seconds * 1_000;
      this.attempts.push({
        startMs: endMs - last.duration_ms,
        endMs,
        result: last.result,
        nextMs: nowMs + last.next_in_seconds * 1_000,
        nextInMs: last.next_in_seconds * 1_000 + last.age_seconds * 1_000,
        count: beats - this.#beats,
        restarts: heartbeat.restarts,
      });
    }
    this.#beats = beats;
  }
}

import { classOf, TIMEOUT_MS } from '../../workers/net/heartbeat-client.js';
import { parseRetryAfter } from '../../workers/net/retry-after.js';
import { type BeatEnd, BeatSchedule } from '../../workers/net/schedule.js';
import { type Answer, type Backend, EPOCH_MS } from './backend.js';
import { BackendLog } from './backend-log.js';
import { EventQueue } from './event-queue.js';
import { seededRandom } from './random.js';

/** Hosts are kept at the right time, by NTP, to this much. */
const CLOCK_OFFSET_MAX_MS = 300;
/** One way to the backend: what it takes each host at least, and what comes on top of it each time, at most. */
const LATENCY_MIN_MS = 2;
const LATENCY_MAX_MS = 120;
const LATENCY_EXTRA_MAX_MS = 60;
/** More than the longest wait of a schedule: 15 minutes that a backend asked for, and an interval. A power of two, for the queue's sake. */
const LONGEST_WAIT_MS = 2 ** 22;

const REFUSED: BeatEnd = { class: 'unreachable', retryAfterMs: null };
const TIMED_OUT: BeatEnd = { class: 'timeout', retryAfterMs: null };

/** What befalls a fleet. Times are milliseconds of virtual time. */
export interface Course {
  /** When a host starts; `share` is its place in the fleet, from 0, which starts first, to 1. */
  readonly bootMs: (share: number) => number;
  /** When all of them are started anew, at once. */
  readonly restartMs?: number;
  readonly backend: Backend;
  readonly endMs: number;
  /** From when on is watched how soon each host is heard of. */
  readonly watchedFromMs: number;
}

/**
 * Hosts whose daemons run the real schedule, back-off and `Retry-After` code against a made-up backend, in virtual time. What is
 * made up: clocks, network and backend. As in the daemon's loop a host has one request in flight at most, asks its schedule once
 * that has ended, and waits. One seed gives the same course each time.
 */
export class Fleet {
  readonly #hosts: number;
  readonly #intervalMs: number;
  readonly #identifierOf: (host: number) => string;
  readonly #random: () => number;
  readonly #clockOffsetMs: Float32Array;
  readonly #latencyMs: Float32Array;
  readonly #schedules: BeatSchedule[] = [];

  constructor(options: {
    hosts: number;
    seed: number;
    intervalMs: number;
    identifierOf?: (host: number) => string;
  }) {
    const random = seededRandom(options.seed);
    this.#hosts = options.hosts;
    this.#intervalMs = options.intervalMs;
    this.#identifierOf = options.identifierOf ?? ((host) => `host-${host}.example.net`);
    this.#random = random;
    this.#clockOffsetMs = Float32Array.from({ length: options.hosts }, () => {
      return (2 * random() - 1) * CLOCK_OFFSET_MAX_MS;
    });
    this.#latencyMs = Float32Array.from({ length: options.hosts }, () => {
      return LATENCY_MIN_MS + random() * (LATENCY_MAX_MS - LATENCY_MIN_MS);
    });
  }

  /** Lives through a course from its beginning. */
  run(course: Course): BackendLog {
    const log = new BackendLog(this.#hosts, course.watchedFromMs);
    const queue = new EventQueue({ hosts: this.#hosts, startMs: course.bootMs(0), reachMs: LONGEST_WAIT_MS });
    this.#boot(queue, course.bootMs);
    if (course.restartMs !== undefined) {
      const { restartMs } = course;
      this.#runUntil(restartMs, queue, course.backend, log);
      queue.clear();
      this.#boot(queue, () => restartMs);
    }
    this.#runUntil(course.endMs, queue, course.backend, log);
    return log;
  }

  #runUntil(endMs: number, queue: EventQueue, backend: Backend, log: BackendLog): void {
    for (;;) {
      const host = queue.takeBefore(endMs);
      if (host === null) return;
      const atMs = queue.timeMs(host);
      const answer = backend(atMs);
      log.add(host, atMs, answer);
      queue.push(this.#nextArrivalMs(host, atMs, answer), host);
    }
  }

  #boot(queue: EventQueue, bootMs: Course['bootMs']): void {
    for (let host = 0; host < this.#hosts; host++) {
      const schedule = new BeatSchedule({
        identifier: this.#identifierOf(host),
        intervalMs: this.#intervalMs,
        random: this.#random,
      });
      this.#schedules[host] = schedule;
      const atMs = bootMs(host / this.#hosts);
      queue.push(atMs + schedule.first(this.#wallMs(host, atMs)) + this.#oneWayMs(host), host);
    }
  }

  /** When the request after the one that came at `atMs` comes. */
  #nextArrivalMs(host: number, atMs: number, answer: Answer): number {
    const endedMs =
      answer.kind === 'hanging' ? atMs - this.#latencyMs[host]! + TIMEOUT_MS : atMs + this.#oneWayMs(host);
    const wallMs = this.#wallMs(host, endedMs);
    return endedMs + this.#schedules[host]!.after(endOf(answer, wallMs), wallMs) + this.#oneWayMs(host);
  }

  #wallMs(host: number, atMs: number): number {
    return EPOCH_MS + atMs + this.#clockOffsetMs[host]!;
  }

  #oneWayMs(host: number): number {
    return this.#latencyMs[host]! + this.#random() * LATENCY_EXTRA_MAX_MS;
  }
}

/** What the daemon's client makes of the answer. */
function endOf(answer: Answer, wallMs: number): BeatEnd {
  if (answer.kind === 'refused') return REFUSED;
  if (answer.kind === 'hanging') return TIMED_OUT;
  return {
    class: classOf(answer.status),
    retryAfterMs: parseRetryAfter(answer.retryAfter, answer.date, wallMs),
  };
}

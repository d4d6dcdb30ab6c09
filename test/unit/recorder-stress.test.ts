import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { CACHE_LINE, RECORDER_OFFSET, RECORDER_ROW_BYTES } from '../../src/shared/layout.js';
import { RecorderReader } from '../../src/shared/recorder.js';
import { randomFrom } from '../support/frame-store-stress.js';
import {
  faultIn,
  newestOf,
  RECORDER_READERS,
  type RecorderReport,
  type RecorderTask,
  TOLD,
  TOLD_WORDS,
} from '../support/recorder-stress.js';
import { createRing, cycleOf } from '../support/recorders.js';

const CANARY_BYTES = 4 * CACHE_LINE;
const CANARY = 0xa5;
const LOOK_MS = 1;

/** What the threads share, and the test that started them. */
class Stress {
  readonly ring: SharedArrayBuffer;
  readonly told = new Int32Array(new SharedArrayBuffer(TOLD_WORDS * 4));
  readonly #t: TestContext;
  readonly #seed: number;
  readonly #readers: Promise<RecorderReport>[];

  /** A ring between canaries, whose numbers wrap around after a while. */
  constructor(t: TestContext, capacity: number, seed: number) {
    const ring = new Uint8Array(createRing(capacity, cycleOf(capacity) - 5_000 + (seed % capacity)));
    this.ring = new SharedArrayBuffer(ring.length + CANARY_BYTES);
    const bytes = new Uint8Array(this.ring);
    bytes.set(ring);
    bytes.fill(CANARY, ring.length);
    bytes.fill(CANARY, RECORDER_OFFSET - CANARY_BYTES, RECORDER_OFFSET);
    assert.equal(ring.length, RECORDER_OFFSET + 2 * CACHE_LINE + capacity * RECORDER_ROW_BYTES);
    this.#t = t;
    this.#seed = seed;
    this.#readers = Array.from({ length: RECORDER_READERS }, (_, index) => this.#startReader(index));
  }

  start(recorderRole: RecorderTask['recorderRole'], index: number): Worker {
    const { ring, told } = this;
    const seed = this.#seed * 100 + index;
    const worker = new Worker(new URL('../support/recorder-stress.js', import.meta.url), {
      workerData: { recorderRole, index, seed, ring, told: told.buffer } satisfies RecorderTask,
    });
    this.#t.after(() => worker.terminate());
    return worker;
  }

  async #startReader(index: number): Promise<RecorderReport> {
    const [report] = (await once(this.start('reader', index), 'message')) as [RecorderReport];
    return report;
  }

  /** Waits for `rows` more rows, and for `answers` more answers to each reader. */
  async advance(rows: number, answers: number): Promise<void> {
    const before = this.told.slice();
    const isDone = (word: number): boolean =>
      Atomics.load(this.told, word) - before[word]! >= (word === TOLD.written ? rows : answers);
    while (!this.told.every((_, word) => word === TOLD.stop || isDone(word))) await delay(LOOK_MS);
  }

  /** Ends all threads, and checks what they saw and left behind. */
  async end(writer: Worker): Promise<void> {
    const ended = once(writer, 'exit');
    Atomics.store(this.told, TOLD.stop, 1);
    await ended;
    const reports = await Promise.all(this.#readers);
    const written = Atomics.load(this.told, TOLD.written);
    this.#t.diagnostic(`${written} rows; ${JSON.stringify(reports)}`);
    for (const { fault } of reports) assert.equal(fault, null);
    const all = new RecorderReader(this.ring).since(Number.NEGATIVE_INFINITY);
    assert.equal(faultIn(all, 1), null);
    assert.equal(newestOf(all), written);
    const bytes = new Uint8Array(this.ring);
    const outside = [
      ...bytes.subarray(RECORDER_OFFSET - CANARY_BYTES, RECORDER_OFFSET),
      ...bytes.subarray(-CANARY_BYTES),
    ];
    assert.ok(
      outside.every((byte) => byte === CANARY),
      'something was written outside the ring',
    );
  }
}

describe('flight recorder, one writer thread and two reader threads', () => {
  for (const capacity of [1, 2, 3, 4, 701]) {
    it(`returns complete rows, in order, from a ring of ${capacity}`, async (t) => {
      const stress = new Stress(t, capacity, capacity);
      const writer = stress.start('writer', 0);
      await stress.advance(50_000, 300);
      await stress.end(writer);
    });
  }

  for (const seed of [1, 2]) {
    it(`survives the end of the writer thread at any point and its replacement (seed ${seed})`, async (t) => {
      const stress = new Stress(t, 64, seed);
      const random = randomFrom(seed);
      for (let death = 0; death < 5; death++) {
        const writer = stress.start('writer', 0);
        await stress.advance(1 + (random() % 5_000), 1);
        await writer.terminate();
      }
      const writer = stress.start('writer', 0);
      await stress.advance(1_000, 10);
      await stress.end(writer);
    });
  }
});

import { parentPort, workerData } from 'node:worker_threads';
import { ACTIVITY, Control } from '../../src/shared/control.js';
import { HISTORY_COLUMNS } from '../../src/shared/fields.js';
import { FrameWriter, type Slot } from '../../src/shared/frame-store.js';
import { TELEMETRY_STORE } from '../../src/shared/layout.js';
import { type History, RecorderWriter } from '../../src/shared/recorder.js';

/**
 * The threads of test/unit/replaced-writer-stress.test.ts: lanes that do nothing but write, one of each generation. All that a frame and a
 * row hold follows from its number and from who wrote it. This file is started as a worker, once for each thread.
 */

export const WRITERS = 3;
const RESTING_TURNS = 10_000;

/** The words: for each thread the generation that it is to be next, -1 for its end. */
export interface ReplacedTask {
  readonly writer: number;
  readonly shared: SharedArrayBuffer;
  readonly orders: Int32Array<SharedArrayBuffer>;
}

function valueBy(sequence: number, writer: number): number {
  return (sequence % 100_000) * WRITERS + writer;
}

/** Writes until another lane takes this one's place. */
function writeAs(generation: number, { shared, writer, orders }: ReplacedTask): void {
  const control = new Control(shared);
  const frames = new FrameWriter(shared, TELEMETRY_STORE);
  const recorder = new RecorderWriter(shared);
  const values = new Float32Array(HISTORY_COLUMNS.length);
  let sequence = frames.latest()?.sequence ?? 0;
  while (control.enter('proc', generation, ACTIVITY.writing)) {
    const value = valueBy(++sequence, writer);
    recorder.append(sequence, value, values.fill(value));
    const slot = frames.begin();
    slot.numbers.fill(value);
    slot.bytes.fill(value & 255);
    frames.publish(slot, slot.bytes.length);
    control.enter('proc', generation, ACTIVITY.resting);
    // Long enough for main to meet it outside, too.
    for (let turns = 0; turns < RESTING_TURNS; turns++) Atomics.load(orders, writer);
  }
}

/** What is wrong with a frame; null: nothing. */
export function faultOfFrame({ sequence, numbers, bytes }: Slot): string | null {
  const value = numbers[0]!;
  if (Math.floor(value / WRITERS) !== sequence % 100_000) return `frame ${sequence} holds ${value}`;
  if (numbers.some((each) => each !== value)) return `frame ${sequence} holds ${value} and other numbers`;
  return bytes.every((byte) => byte === (value & 255)) ? null : `frame ${sequence} holds bytes of another`;
}

/** What is wrong with rows; null: nothing. */
export function faultOfRows({ rows, monoMs, wallMs, columns }: History): string | null {
  for (let row = 0; row < rows; row++) {
    const sequence = monoMs[row]!;
    const value = wallMs[row]!;
    if (row > 0 && sequence !== monoMs[row - 1]! + 1) return `row ${sequence} behind row ${monoMs[row - 1]}`;
    if (Math.floor(value / WRITERS) !== sequence % 100_000) return `row ${sequence} holds ${value}`;
    if (columns.some((column) => column[row] !== value)) return `row ${sequence} holds ${value} and others`;
  }
  return null;
}

if (parentPort !== null && (workerData as Partial<ReplacedTask> | null)?.orders !== undefined) {
  const task = workerData as ReplacedTask;
  for (let generation = 0; generation >= 0; ) {
    Atomics.wait(task.orders, task.writer, generation);
    generation = Atomics.load(task.orders, task.writer);
    if (generation > 0) writeAs(generation, task);
  }
}

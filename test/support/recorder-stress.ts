import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { HISTORY_COLUMNS } from '../../src/shared/fields.js';
import { type History, RecorderReader, RecorderWriter } from '../../src/shared/recorder.js';
import { randomFrom } from './frame-store-stress.js';

/**
 * The threads of test/unit/recorder-stress.test.ts: a writer at full speed, and readers that check whatever they get. All that a row holds
 * follows from its serial number, which is its time. This file is started as a worker, once for each thread.
 */

export const RECORDER_READERS = 2;
/** Words by which the threads tell how far they are; they are no part of the ring. */
export const TOLD = { stop: 0, written: 1, answers: 2 } as const;
export const TOLD_WORDS = 2 + RECORDER_READERS;

export interface RecorderTask {
  readonly recorderRole: 'writer' | 'reader';
  readonly index: number;
  readonly seed: number;
  readonly ring: SharedArrayBuffer;
  readonly told: SharedArrayBuffer;
}

/** What a reader has seen. */
export interface RecorderReport {
  readonly answers: number;
  /** Answers that lacked rows at the old end, which were being overwritten. */
  readonly shortened: number;
  readonly newest: number;
  readonly fault: string | null;
}

function valueIn(serial: number, column: number): number {
  return (Math.imul(serial, 0x9e3779b1) + Math.imul(column, 0x85ebca6b)) >>> 8;
}

/** Writes row after row until it is told to stop, or ended; it begins behind the newest row that is there. */
function write({ ring, told }: RecorderTask): void {
  const words = new Int32Array(told);
  const writer = new RecorderWriter(ring);
  const values = new Float32Array(HISTORY_COLUMNS.length);
  let serial = newestOf(new RecorderReader(ring).since(Number.NEGATIVE_INFINITY));
  while (Atomics.load(words, TOLD.stop) === 0) {
    serial++;
    for (let i = 0; i < values.length; i++) values[i] = valueIn(serial, i);
    writer.append(serial, -serial, values);
    Atomics.store(words, TOLD.written, serial);
  }
}

/** The serial number of the newest row; 0: there is none. */
export function newestOf({ monoMs }: History): number {
  return monoMs.at(-1) ?? 0;
}

/** What is wrong with the rows that a reader got; null: nothing. */
export function faultIn({ rows, monoMs, wallMs, columns }: History, from: number): string | null {
  for (let row = 0; row < rows; row++) {
    const serial = monoMs[row]!;
    if (serial < from) return `row ${serial}, asked for those from ${from} on`;
    if (row > 0 && serial !== monoMs[row - 1]! + 1) return `row ${serial} behind row ${monoMs[row - 1]}`;
    if (wallMs[row] !== -serial) return `row ${serial}: the other time is ${wallMs[row]}`;
    for (let i = 0; i < columns.length; i++)
      if (columns[i]![row] !== valueIn(serial, i)) return `row ${serial}: column ${i} is ${columns[i]![row]}`;
  }
  return null;
}

function read({ ring, told, index, seed }: RecorderTask): RecorderReport {
  const words = new Int32Array(told);
  const reader = new RecorderReader(ring);
  const random = randomFrom(seed);
  let answers = 0;
  let shortened = 0;
  let newest = 0;
  let fault: string | null = null;
  while (fault === null && Atomics.load(words, TOLD.stop) === 0) {
    const from = newest + 1 - (random() % (reader.capacity + 2));
    const history = reader.since(from);
    fault = faultIn(history, from);
    if (history.rows > 0) {
      if (newestOf(history) < newest) fault ??= `went back from ${newest} to ${newestOf(history)}`;
      newest = newestOf(history);
      if (newest > reader.capacity && history.rows < Math.min(reader.capacity, newest - from + 1))
        shortened++;
    }
    Atomics.store(words, TOLD.answers + index, ++answers);
  }
  // Even a reader that found a fault keeps nobody waiting.
  Atomics.store(words, TOLD.answers + index, 2 ** 30);
  return { answers, shortened, newest, fault };
}

function runThread(task: RecorderTask, port: MessagePort): void {
  if (task.recorderRole === 'writer') write(task);
  else port.postMessage(read(task));
}

if (parentPort !== null && (workerData as Partial<RecorderTask> | null)?.recorderRole !== undefined) {
  runThread(workerData as RecorderTask, parentPort);
}

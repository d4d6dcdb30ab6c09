import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { Control } from '../../src/shared/control.js';
import { FrameReader } from '../../src/shared/frame-store.js';
import { createSharedMemory, TELEMETRY_READER, TELEMETRY_STORE } from '../../src/shared/layout.js';
import { RecorderReader } from '../../src/shared/recorder.js';
import { randomFrom } from '../support/frame-store-stress.js';
import { faultOfFrame, faultOfRows, type ReplacedTask, WRITERS } from '../support/replaced-writer-stress.js';

const REPLACEMENTS = 200;
const MOST_READS = 30;

test('lanes that notice their replacement only later tear no frame and no row', async (t) => {
  const shared = createSharedMemory(50);
  const control = new Control(shared);
  const frames = new FrameReader(shared, TELEMETRY_STORE, TELEMETRY_READER.main);
  const recorder = new RecorderReader(shared);
  const orders = new Int32Array(new SharedArrayBuffer(4 * WRITERS));
  const threads = Array.from({ length: WRITERS }, (_, writer) => {
    const thread = new Worker(new URL('../support/replaced-writer-stress.js', import.meta.url), {
      workerData: { writer, shared, orders } satisfies ReplacedTask,
    });
    t.after(() => thread.terminate());
    return thread;
  });
  await Promise.all(threads.map((thread) => once(thread, 'online')));
  const random = randomFrom(1);
  const order = (writer: number, what: number): void => {
    Atomics.store(orders, writer, what);
    Atomics.notify(orders, writer);
  };
  let last = 0;
  let refused = 0;
  const look = (): void => {
    const fault = frames.read((slot) => {
      assert.ok(slot.sequence >= last, `went back from ${last} to ${slot.sequence}`);
      last = slot.sequence;
      return faultOfFrame(slot);
    });
    assert.equal(fault, null);
    assert.equal(faultOfRows(recorder.since(Number.NEGATIVE_INFINITY)), null);
  };
  for (let count = 0; count < REPLACEMENTS; count++) {
    let generation = control.replace('proc');
    for (; generation === null; refused++) {
      look();
      generation = control.replace('proc');
    }
    order(count % WRITERS, generation);
    const before = last;
    while (last === before) look();
    for (let reads = random() % MOST_READS; reads > 0; reads--) look();
  }
  t.diagnostic(`${last} frames, ${REPLACEMENTS} replacements, ${refused} refused: the lane was writing`);
  assert.ok(refused > 0, 'no lane was ever met while it wrote');
  const ended = Promise.all(threads.map((thread) => once(thread, 'exit')));
  control.nextGeneration('proc');
  for (let writer = 0; writer < WRITERS; writer++) order(writer, -1);
  await ended;
  look();
});

import { FrameReader, FrameWriter } from '../src/shared/frame-store.js';
import { createSharedMemory, TELEMETRY_READER, TELEMETRY_STORE } from '../src/shared/layout.js';
import type { Row, Section } from './report.js';
import { type Effort, measure } from './support/cpu-rounds.js';

/** About as many as a snapshot has. */
const FRAME_BYTES = 240;

/** The frame store's own steps, on one thread: no other core has touched the words. */
export async function benchFrames(effort: Effort): Promise<Section> {
  const shared = createSharedMemory();
  const writer = new FrameWriter(shared, TELEMETRY_STORE);
  const reader = new FrameReader(shared, TELEMETRY_STORE, TELEMETRY_READER.main);
  const numbers = new Float64Array(TELEMETRY_STORE.numbers);
  const sink = new Float64Array(1);
  writer.publish(writer.begin(), FRAME_BYTES);

  const costs = await measure(
    [
      {
        name: 'acquire, view, release',
        run: (times) => {
          for (let i = 0; i < times; i++) {
            sink[0] = reader.acquire()!.view().length;
            reader.release();
          }
        },
      },
      {
        name: 'begin, copy the numbers, publish',
        run: (times) => {
          for (let i = 0; i < times; i++) {
            const slot = writer.begin();
            slot.numbers.set(numbers);
            writer.publish(slot, FRAME_BYTES);
          }
        },
      },
    ],
    effort,
  );
  const rows = [...costs].map(
    ([what, cost]): Row => ({ what, value: cost.cpuUs * 1000, unit: 'ns CPU', details: { ...cost } }),
  );
  return {
    part: 'frames',
    title: 'Frames in shared memory, hot loop, one thread',
    rows,
    notes: [],
    failures: [],
  };
}

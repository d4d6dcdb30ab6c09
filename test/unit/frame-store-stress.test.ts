import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, it, type TestContext } from 'node:test';
import { Worker } from 'node:worker_threads';
import { FrameReader } from '../../src/shared/frame-store.js';
import { initStore } from '../../src/shared/layout.js';
import {
  CANARY,
  CANARY_BYTES,
  faultOf,
  PROGRESS_WORDS,
  STRESS_READERS,
  type StressReport,
  type StressTask,
  stressLayout,
} from '../support/frame-store-stress.js';

const PUBLISHES = 200_000;
const DISTINCT = 500;

async function runThread(t: TestContext, task: StressTask): Promise<StressReport> {
  const worker = new Worker(new URL('../support/frame-store-stress.js', import.meta.url), {
    workerData: task,
  });
  t.after(() => worker.terminate());
  const [report] = (await once(worker, 'message')) as [StressReport];
  return report;
}

function createStore(): SharedArrayBuffer {
  const layout = stressLayout();
  const store = new SharedArrayBuffer(layout.byteOffset + layout.byteLength + CANARY_BYTES);
  new Uint8Array(store).fill(CANARY);
  new Uint8Array(store, layout.byteOffset, layout.byteLength).fill(0);
  initStore(store, layout);
  return store;
}

describe('frame store, one writer thread and two reader threads', () => {
  for (const seed of [1, 2, 3]) {
    it(`stays whole, in order and within its memory (seed ${seed})`, async (t) => {
      const store = createStore();
      const progress = new SharedArrayBuffer(PROGRESS_WORDS * 4);
      const common = {
        store,
        progress,
        publishes: PUBLISHES,
        distinct: DISTINCT,
      };
      const reports = await Promise.all([
        runThread(t, { ...common, role: 'writer', index: 0, seed }),
        ...Array.from({ length: STRESS_READERS }, (_, index) =>
          runThread(t, { ...common, role: 'reader', index, seed: seed * 100 + index }),
        ),
      ]);
      t.diagnostic(JSON.stringify(reports));

      const published = reports.find((report) => report.role === 'writer')?.published ?? 0;
      for (const report of reports) {
        if (report.role === 'writer') continue;
        assert.equal(report.fault, null);
        assert.equal(report.lastSequence, published);
        assert.ok(report.distinct >= DISTINCT, `a reader saw ${report.distinct} frames only`);
        assert.ok(report.mostDuringHold > 1, 'nothing was published while a pin was held');
      }

      const layout = stressLayout();
      const bytes = new Uint8Array(store);
      const outside = [
        ...bytes.subarray(0, CANARY_BYTES),
        ...bytes.subarray(CANARY_BYTES + layout.byteLength),
      ];
      assert.ok(
        outside.every((byte) => byte === CANARY),
        'something was written outside the store',
      );
      assert.equal(
        new FrameReader(store, layout, 0).read((slot) => faultOf(slot)),
        null,
      );
    });
  }
});

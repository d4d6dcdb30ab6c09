import { figure, type PeerId } from '../figures.js';
import type { Running } from '../peer.js';
import { cpuBetween, readTreeCpu } from '../process-tree.js';
import { Client } from '../programs/start.js';
import { Stage } from '../stage.js';
import type { Run } from './run.js';

/** Those that only sample, or answer, when they are asked. */
const CONTESTANTS: readonly PeerId[] = [
  'monitor',
  'floor',
  'os',
  'systeminformation',
  'node_exporter',
  'node_exporter_default',
  'glances',
  'netdata',
];
const SETTLE_MS = 200;
const MIN_BATCH = 4;

interface Contestant {
  readonly id: PeerId;
  readonly running: Running;
  readonly sample: (times: number) => Promise<void>;
  readonly cpuUs: number[];
  readonly perSec: number[];
  batch: number;
}

/** CPU time of one sample, one after the other without a pause. */
export async function measureHot(run: Run): Promise<void> {
  const rounds = run.quick ? 3 : 15;
  const batchMs = run.quick ? 60 : 400;
  const warmupMs = run.quick ? 1_000 : 2_000;
  const stage = new Stage(run);
  const client = new Client();
  try {
    const contestants: Contestant[] = [];
    for (const id of CONTESTANTS) {
      const running = await stage.start(id, { hz: null });
      if (running === null) continue;
      const sample = running.sample ?? ((times) => request(client, running.url!, times));
      const contestant = { id, running, sample, cpuUs: [], perSec: [], batch: MIN_BATCH };
      contestants.push(contestant);
      await stage.focus(running, SETTLE_MS);
      contestant.batch = await batchSize(sample, batchMs, warmupMs);
    }
    for (let round = 0; round < rounds; round++) {
      run.say(`hot: round ${round + 1} of ${rounds}`);
      for (let turn = 0; turn < contestants.length; turn++) {
        const contestant = contestants[(round + turn) % contestants.length]!;
        await stage.focus(contestant.running, SETTLE_MS);
        await measureBatch(contestant);
      }
    }
    for (const { id, cpuUs, perSec } of contestants) {
      run.figures.push(figure('hot', id, 'cpu_us_per_sample', cpuUs));
      run.figures.push(figure('hot', id, 'samples_per_sec', perSec));
    }
  } finally {
    client.close();
    await stage.close();
  }
}

async function measureBatch({ running, sample, batch, cpuUs, perSec }: Contestant): Promise<void> {
  const before = readTreeCpu(running.pid);
  const startMs = performance.now();
  await sample(batch);
  const elapsedMs = performance.now() - startMs;
  cpuUs.push(cpuBetween(before, readTreeCpu(running.pid)) / 1000 / batch);
  perSec.push((batch * 1000) / elapsedMs);
}

async function request(client: Client, url: string, times: number): Promise<void> {
  for (let i = 0; i < times; i++) await client.fetch(url);
}

/** How many samples take about `batchMs`, by trying for so long that a compiler has done its work. */
async function batchSize(
  sample: (times: number) => Promise<void>,
  batchMs: number,
  warmupMs: number,
): Promise<number> {
  const endMs = performance.now() + warmupMs;
  for (let times = MIN_BATCH; ; ) {
    const startMs = performance.now();
    await sample(times);
    const nowMs = performance.now();
    times = Math.max(MIN_BATCH, Math.ceil(times * Math.min(16, batchMs / (nowMs - startMs))));
    if (nowMs >= endMs) return times;
  }
}

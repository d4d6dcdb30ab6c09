import { FrameReader } from '../src/shared/frame-store.js';
import {
  createSharedMemory,
  DISK_READER,
  DISK_STORE,
  TELEMETRY_READER,
  TELEMETRY_STORE,
} from '../src/shared/layout.js';
import { FakeClock } from '../test/support/fake-clock.js';
import { BeatExtension } from '../workers/net/beat-extended.js';
import { BeatSource } from '../workers/net/beat-source.js';
import type { Row, Section } from './report.js';
import { type Effort, measure } from './support/cpu-rounds.js';
import { createProcSampler } from './support/samplers.js';

const INTERVAL_MS = 30_000;
const SOME_BOOT = '0b3ae4b5-8a27-4b9e-9d0c-3f1f6d8f1c11';

/** What it takes to make a heartbeat's body of two samples of this host, with and without what is extended. */
export async function benchBeat(effort: Effort): Promise<Section> {
  const shared = createSharedMemory();
  const clock = new FakeClock();
  const sampler = createProcSampler(shared, clock);
  const sourceWith = (extension: BeatExtension | null) =>
    new BeatSource({
      diskFrames: new FrameReader(shared, DISK_STORE, DISK_READER.heartbeat),
      frames: new FrameReader(shared, TELEMETRY_STORE, TELEMETRY_READER.heartbeat),
      identifier: 'bench',
      clock,
      extension,
    });
  const sources = [
    { name: 'plain', source: sourceWith(null) },
    { name: 'extended', source: sourceWith(new BeatExtension(shared, SOME_BOOT)) },
  ];
  try {
    sampler.tick(clock.monoMs(), 0);
    for (const { source } of sources) source.begin();
    clock.advance(INTERVAL_MS);
    sampler.tick(clock.monoMs(), 0);
  } finally {
    sampler.close();
  }
  const sink: (string | null)[] = [null];
  const costs = await measure(
    sources.map(({ name, source }) => ({
      name,
      run: (times: number) => {
        for (let i = 0; i < times; i++) sink[0] = source.body();
      },
    })),
    effort,
  );
  return {
    part: 'beat',
    title: 'The body of a heartbeat, hot loop',
    rows: sources.map(({ name, source }): Row => {
      const cost = costs.get(name)!;
      const what = `${name}, ${Buffer.byteLength(source.body() ?? '')} bytes`;
      return { what, value: cost.cpuUs, unit: 'µs CPU', details: { ...cost } };
    }),
    notes: ['One is made every 30 s, when all caches are cold: then it is some times as dear.'],
    failures: [],
  };
}

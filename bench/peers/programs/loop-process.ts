/**
 * A process that samples: `loop-process.js KIND MODE`. KIND is `tick`, `os` or `systeminformation`. MODE `hot`: reads numbers, a line
 * each, makes so many samples, and says `done`. MODE is a number: samples every so many milliseconds, 0 one after the other; answers
 * each line with how many samples it has made. Ends when its standard input does.
 */
import { createInterface } from 'node:readline';
import { createSharedMemory } from '../../../src/shared/layout.js';
import { FakeClock } from '../../../test/support/fake-clock.js';
import { askOs, askSystemInformation } from '../../support/peers.js';
import { createDiskSampler, createProcSampler } from '../../support/samplers.js';

/** Between two ticks, on the samplers' clock: every source is due at each. */
const EVERYTHING_DUE_MS = 1_000;

type Sample = (times: number) => void | Promise<void>;

/** A whole tick of both lanes: read, parse, rates, render, publish. */
function createTick(): Sample {
  const clock = new FakeClock();
  const shared = createSharedMemory();
  const proc = createProcSampler(shared, clock);
  const disk = createDiskSampler(shared, clock);
  // nginx is looked for at the first deadline, and is not due again as long as it stays there.
  const diskDeadlineMs = clock.mono;
  let deadlineMs = clock.mono;
  return (times) => {
    for (let i = 0; i < times; i++) {
      clock.advance(EVERYTHING_DUE_MS);
      deadlineMs += EVERYTHING_DUE_MS;
      disk.tick(diskDeadlineMs, 0);
      proc.tick(deadlineMs, 0);
    }
  };
}

async function run(sample: Sample, mode: string): Promise<void> {
  const lines = createInterface({ input: process.stdin });
  if (mode === 'hot') {
    for await (const line of lines) {
      await sample(Number(line));
      process.stdout.write('done\n');
    }
    return;
  }
  let samples = 0;
  lines.on('line', () => process.stdout.write(`${samples}\n`)).on('close', () => process.exit(0));
  const sampleOnce = async (): Promise<void> => {
    await sample(1);
    samples++;
  };
  const intervalMs = Number(mode);
  if (intervalMs > 0) setInterval(() => void sampleOnce(), intervalMs);
  else for (;;) await sampleOnce();
}

const [kind, mode = ''] = process.argv.slice(2);
const sample = kind === 'tick' ? createTick() : kind === 'os' ? askOs : askSystemInformation;
await run(sample, mode);

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { DaemonProcess } from '../test/support/daemon-process.js';
import type { BenchOptions } from './options.js';
import type { Section } from './report.js';
import { end, own } from './support/children.js';
import { median } from './support/statistics.js';

const POLL_MS = 2;
const LIMIT_MS = 20_000;
/** What the first answer may take on an idle machine. */
const TARGET_MS = 300;

/** How long it takes from the start of the process to the first valid answer, beside what an empty Node takes to start and end. */
export async function benchStart({ quick }: BenchOptions): Promise<Section> {
  const rounds = quick ? 3 : 11;
  const empty: number[] = [];
  const answers: number[] = [];
  for (let round = 0; round < rounds; round++) {
    empty.push(await timeEmptyNode());
    answers.push(await timeFirstAnswer());
  }
  const emptyMs = median(empty);
  const answerMs = median(answers);
  return {
    part: 'start',
    title: `From the start of the process (wall time, median of ${rounds})`,
    rows: [
      { what: 'an empty Node: started and ended', value: emptyMs, unit: 'ms' },
      {
        what: 'daemon: first valid /telemetry',
        value: answerMs,
        unit: 'ms',
        ratio: { value: answerMs / emptyMs, to: 'an empty Node' },
        target: { limit: TARGET_MS, kind: 'at most', of: 'value' },
      },
    ],
    notes: ['Wall time: right on an idle machine only. The bridge is asked every 2 ms.'],
    failures: [],
  };
}

async function timeEmptyNode(): Promise<number> {
  const startMs = performance.now();
  const child = spawn(process.execPath, ['-e', '0'], { stdio: 'ignore' });
  own(child);
  await once(child, 'exit');
  return performance.now() - startMs;
}

async function timeFirstAnswer(): Promise<number> {
  const startMs = performance.now();
  const daemon = new DaemonProcess({});
  own(daemon.child);
  try {
    const url = `${await daemon.address()}/telemetry`;
    for (;;) {
      const { status } = await fetch(url);
      const elapsedMs = performance.now() - startMs;
      if (status === 200) return elapsedMs;
      if (elapsedMs > LIMIT_MS) throw new Error(`no valid answer within ${LIMIT_MS / 1000} s`);
      await delay(POLL_MS);
    }
  } finally {
    await end(daemon.child);
  }
}

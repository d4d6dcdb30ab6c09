import { setTimeout as delay } from 'node:timers/promises';
import { figure, type PeerId } from '../figures.js';
import type { Running } from '../peer.js';
import { PEERS } from '../peers.js';
import { cpuBetween, readTreeCpu } from '../process-tree.js';
import { Client } from '../programs/start.js';
import { Stage } from '../stage.js';
import type { Run } from './run.js';

/** Samples a second that each is run at; 0: one after the other. */
const CADENCES: readonly (readonly [PeerId, ...number[]])[] = [
  ['floor', 1, 10, 20, 100, 1_000],
  ['node_wait', 10, 20, 100],
  ['node_read', 10, 20, 100],
  ['monitor', 1, 10, 20, 100, 1_000],
  ['collectd', 1, 10, 100, 1_000],
  ['node_exporter', 1],
  ['node_exporter_default', 1],
  ['netdata', 1],
  ['telegraf', 1],
  ['glances', 1],
  ['os', 1, 10, 100],
  ['systeminformation', 1, 10, 0],
];
/** These sample when they are asked, and are asked once a second. */
const SCRAPED: ReadonlySet<PeerId> = new Set(['node_exporter', 'node_exporter_default', 'glances']);
/** A cadence that is farther off than this is not the one that was asked for. */
const CADENCE_TOLERANCE = 0.05;

const QUICK_CADENCES = [1, 20, 100];

interface Effort {
  readonly rounds: number;
  readonly warmupMs: number;
  readonly settleMs: number;
  readonly windowMs: (id: PeerId, hz: number) => number;
}

const FULL: Effort = {
  rounds: 3,
  // All of it together: the Monitor compiles its code in the first seconds, the bare loops in the first thousands of ticks.
  warmupMs: 60_000,
  settleMs: 2_000,
  windowMs: (id, hz) => {
    // The Monitor's holds a heartbeat.
    if (id === 'monitor' && hz < 1_000) return 30_000;
    return hz === 1 ? 12_000 : hz === 10 || hz === 20 ? 8_000 : 5_000;
  },
};
const QUICK: Effort = {
  rounds: 1,
  warmupMs: 2_000,
  settleMs: 300,
  windowMs: (_, hz) => (hz === 1 ? 2_000 : 1_000),
};

interface Contestant {
  readonly id: PeerId;
  readonly hz: number;
  readonly running: Running;
  readonly cpuPct: number[];
  readonly perSec: number[];
}

/** What share of a core whole processes take at the same cadence. */
export async function measureCadence(run: Run): Promise<void> {
  const effort = run.quick ? QUICK : FULL;
  const stage = new Stage(run);
  try {
    const contestants: Contestant[] = [];
    for (const [id, ...cadences] of CADENCES) {
      for (const hz of cadences) {
        if (run.quick && !QUICK_CADENCES.includes(hz)) continue;
        const running = await stage.start(id, { hz });
        if (running === null) continue;
        contestants.push({ id, hz, running, cpuPct: [], perSec: [] });
        // Else the others would warm up beside a core that is never free.
        if (hz === 0) stage.pause(running);
      }
    }
    await delay(effort.warmupMs);
    for (let round = 0; round < effort.rounds; round++) {
      for (let turn = 0; turn < contestants.length; turn++) {
        const contestant = contestants[(round + turn) % contestants.length]!;
        run.say(
          `cadence: round ${round + 1} of ${effort.rounds}, ${PEERS[contestant.id].name} at ${contestant.hz} Hz`,
        );
        await stage.focus(contestant.running, 0);
        await measureWindow(contestant, effort);
      }
    }
    for (const contestant of contestants) keep(run, contestant);
  } finally {
    await stage.close();
  }
}

async function measureWindow({ id, hz, running, cpuPct, perSec }: Contestant, effort: Effort): Promise<void> {
  const scraper = SCRAPED.has(id) ? new Scraper(running.url!) : null;
  const samples = scraper === null ? running.samples : () => scraper.samples;
  try {
    await delay(effort.settleMs);
    const samplesBefore = (await samples?.()) ?? 0;
    const before = readTreeCpu(running.pid);
    const startMs = performance.now();
    await delay(effort.windowMs(id, hz));
    const elapsedMs = performance.now() - startMs;
    cpuPct.push(cpuBetween(before, readTreeCpu(running.pid)) / 1e4 / elapsedMs);
    const samplesAfter = await samples?.();
    perSec.push(samplesAfter === undefined ? hz : ((samplesAfter - samplesBefore) * 1000) / elapsedMs);
  } finally {
    scraper?.close();
  }
}

function keep({ figures, fail, quick }: Run, { id, hz, cpuPct, perSec }: Contestant): void {
  const rate = figure('cadence', id, 'samples_per_sec', perSec, hz);
  figures.push(figure('cadence', id, 'cpu_pct', cpuPct, hz), rate);
  const cpuUs = cpuPct.map((pct, round) => (pct * 1e4) / perSec[round]!);
  figures.push(figure('cadence', id, 'cpu_us_per_sample', cpuUs, hz));
  // One sample more or less makes no other cadence, and a short window has few.
  if (!quick && hz > 0 && Math.abs(rate.value / hz - 1) > CADENCE_TOLERANCE + 0.1 / hz)
    fail(`${PEERS[id].name} at ${hz} Hz made ${rate.value.toFixed(1)} samples a second`);
}

/** Asks for a page once a second. */
class Scraper {
  #samples = 0;
  readonly #client = new Client();
  readonly #timer: NodeJS.Timeout;

  constructor(url: string) {
    this.#timer = setInterval(() => {
      this.#client.fetch(url).then(
        () => this.#samples++,
        // One that is missing shows in the count.
        () => {},
      );
    }, 1_000);
  }

  get samples(): Promise<number> {
    return Promise.resolve(this.#samples);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#client.close();
  }
}

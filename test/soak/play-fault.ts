import { execFileSync } from 'node:child_process';
import type { Fault } from '../support/faults.js';
import { until } from '../support/until.js';
import { abuse } from './abuse.js';
import type { Card, LastingThread } from './cards.js';
import { deathsIn } from './deaths.js';
import type { HealthWatch } from './health-watch.js';
import type { PlannedFault } from './plan.js';
import type { Stage } from './stage.js';
import type { Excuse } from './windows.js';

const FEW_DESCRIPTORS = 10;
const THAW_MS = 1_500;

/** What a fault may cost while it lasts. What is not named here goes on as ever. */
export function excusesOf(card: Card): readonly Excuse[] {
  switch (card.kind) {
    case 'thread': {
      const costs: Record<LastingThread, readonly Excuse[]> = {
        proc: ['frames', 'unavailable'],
        disk: [],
        heartbeat: ['beats'],
      };
      return costs[card.thread];
    }
    case 'kernel file':
      return ['frames', 'unavailable'];
    case 'frozen procfs':
      return ['frames', 'ticks', 'unavailable'];
    case 'stopped process':
      return ['ticks', 'unavailable', 'beats', 'pushes'];
    case 'no descriptors':
      return ['connections', 'pushes'];
    default:
      return [];
  }
}

/** How soon all is well again behind a fault, ms, on a busy machine. */
export function backWithinMs(card: Card): number {
  if (card.kind === 'thread' && card.fault === 'loop') return 40_000;
  if (card.kind === 'frozen procfs' || card.kind === 'frozen disk') return 40_000;
  return 20_000;
}

/** Why a fault can't be played here; null: it can. */
export function whyNot({ procfs, disk, dns }: Stage, card: Card): string | null {
  if (card.kind === 'frozen procfs' && procfs === null) return 'there can be no mount';
  if (card.kind === 'frozen disk' && disk === null) return 'there can be no mount';
  if (card.kind === 'dns' && dns === null) return 'there can be no DNS server of its own';
  return null;
}

/**
 * Makes a fault happen and ends it: when this is over, nothing stands in the way of all being well. `pause` waits, and less long when the
 * soak is to end. Returns what there is to tell.
 */
export async function playFault(
  stage: Stage,
  watch: HealthWatch,
  { card, forMs }: PlannedFault,
  pause: (ms: number) => Promise<void>,
  stop: AbortSignal,
): Promise<string> {
  const { files, daemon, pid } = stage;
  const kill = (thread: LastingThread, fault: Fault) => killThread(stage, watch, thread, fault, stop);
  switch (card.kind) {
    case 'thread':
      await kill(card.thread, card.fault);
      return '';
    case 'kernel file':
      files.spoil(card.file, card.how);
      await kill('proc', 'exit');
      await pause(forMs);
      files.linkAll('/proc');
      return card.file;
    case 'frozen procfs':
      files.linkAll(stage.procfs!.path);
      await kill('proc', 'exit');
      await pause(1_000);
      stage.procfs!.freeze();
      await pause(forMs);
      stage.procfs!.thaw();
      files.linkAll('/proc');
      // Lanes that were given up wake first, and end.
      await pause(THAW_MS);
      if (!stop.aborted) await kill('proc', 'exit');
      return seconds(forMs);
    case 'frozen disk':
      stage.disk!.freeze();
      await pause(forMs);
      stage.disk!.thaw();
      return seconds(forMs);
    case 'stopped process':
      daemon.child.kill('SIGSTOP');
      await pause(forMs);
      daemon.child.kill('SIGCONT');
      return seconds(forMs);
    case 'no descriptors': {
      const [soft] = execFileSync('prlimit', [
        `--pid=${pid}`,
        '--nofile',
        '--output=SOFT',
        '--noheadings',
        '--raw',
      ])
        .toString()
        .split('\n');
      const limit = (descriptors: string | number) =>
        execFileSync('prlimit', [`--pid=${pid}`, `--nofile=${descriptors}:`]);
      limit(FEW_DESCRIPTORS);
      await pause(forMs);
      limit(soft?.trim() ?? '');
      return seconds(forMs);
    }
    case 'clients': {
      const { connections, answered, cut } = await abuse(stage.port, card.how, forMs, stop);
      return `${connections} connections, ${answered} answered, ${cut} cut`;
    }
    case 'dns':
      stage.dns!.become(card.mood);
      await stage.backend.cutConnections();
      await pause(forMs);
      stage.dns!.become('answers');
      return seconds(forMs);
  }
}

/** Strikes a thread, and waits until the daemon has seen that it is dead: one that hangs is given up after a while. */
async function killThread(
  { faults }: Stage,
  watch: HealthWatch,
  thread: LastingThread,
  fault: Fault,
  stop: AbortSignal,
): Promise<void> {
  const deaths = (): number => deathsIn(watch.health)[thread] ?? 0;
  const before = deaths();
  await faults.strike(thread, fault);
  await until(`the ${thread} thread to be missed`, () => stop.aborted || deaths() > before);
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}

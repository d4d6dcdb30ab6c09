import type { DnsMood } from '../support/fault-dns.js';
import type { Fault, FaultyThread } from '../support/faults.js';

/** The threads of the daemon that live as long as it does. */
export type LastingThread = Exclude<FaultyThread, 'inventory' | 'dump'>;
export type KernelFile = 'stat' | 'meminfo' | 'loadavg' | 'uptime';
export type FileFault = 'is gone' | 'is garbage' | 'is cut off';
export type ClientFault = 'idle' | 'slow' | 'malformed' | 'large';

/** What can be done to the daemon. */
export type Card =
  | { readonly kind: 'thread'; readonly thread: LastingThread; readonly fault: Fault }
  | { readonly kind: 'kernel file'; readonly file: KernelFile; readonly how: FileFault }
  | { readonly kind: 'frozen procfs' }
  | { readonly kind: 'frozen disk' }
  | { readonly kind: 'stopped process' }
  | { readonly kind: 'clients'; readonly how: ClientFault }
  | { readonly kind: 'no descriptors' }
  | { readonly kind: 'dns'; readonly mood: Exclude<DnsMood, 'answers'> };

/** How many deaths of each thread a fault may bring. */
export type Deaths = Readonly<Partial<Record<LastingThread, number>>>;

export const LASTING_THREADS: readonly LastingThread[] = ['proc', 'disk', 'heartbeat'];
const THREAD_FAULTS: readonly Fault[] = ['throw', 'exit', 'exhaust', 'loop'];
const FILES: readonly KernelFile[] = ['stat', 'meminfo', 'loadavg', 'uptime'];
const FILE_FAULTS: readonly FileFault[] = ['is gone', 'is garbage', 'is cut off'];

/** Every fault that there is, once. */
export const DECK: readonly Card[] = [
  ...LASTING_THREADS.flatMap((thread) =>
    THREAD_FAULTS.map((fault): Card => ({ kind: 'thread', thread, fault })),
  ),
  ...FILES.flatMap((file) => FILE_FAULTS.map((how): Card => ({ kind: 'kernel file', file, how }))),
  { kind: 'frozen procfs' },
  { kind: 'frozen disk' },
  { kind: 'stopped process' },
  { kind: 'clients', how: 'idle' },
  { kind: 'clients', how: 'slow' },
  { kind: 'clients', how: 'malformed' },
  { kind: 'clients', how: 'large' },
  { kind: 'no descriptors' },
  { kind: 'dns', mood: 'knows no name' },
  { kind: 'dns', mood: 'fails' },
  { kind: 'dns', mood: 'is silent' },
];

/** What a fault is called in the table. */
export function nameOf(card: Card): string {
  switch (card.kind) {
    case 'thread':
      return `${card.thread} thread: ${card.fault}`;
    case 'kernel file':
      return `kernel file ${card.how}`;
    case 'clients':
      return `${card.how} clients`;
    case 'dns':
      return `DNS ${card.mood}`;
    default:
      return card.kind;
  }
}

/** How long a fault lasts, ms: the shortest and the longest. What strikes once takes no time. */
export function lengthOf(card: Card): readonly [number, number] {
  switch (card.kind) {
    case 'thread':
      return [0, 0];
    case 'frozen procfs':
      return [3_000, 14_000];
    case 'frozen disk':
      return [6_000, 24_000];
    case 'stopped process':
      return [1_000, 8_000];
    case 'no descriptors':
      return [2_000, 6_000];
    default:
      return [3_000, 8_000];
  }
}

/** About how long the daemon takes to be well again, ms. The plan leaves that time; a fault that takes longer puts the next one off. */
export function recoveryOf(card: Card): number {
  if (card.kind === 'thread') {
    if (card.fault !== 'loop') return card.thread === 'disk' ? 6_000 : 2_000;
    return { proc: 13_000, disk: 24_000, heartbeat: 22_000 }[card.thread];
  }
  if (card.kind === 'kernel file') return 5_000;
  if (card.kind === 'frozen procfs' || card.kind === 'frozen disk') return 5_000;
  return 1_000;
}

/** The deaths that a fault brings: a kernel file is changed under a lane that is just being started. */
export function deathsOf(card: Card): Deaths {
  if (card.kind === 'thread') return { [card.thread]: 1 };
  if (card.kind === 'kernel file') return { proc: 1 };
  // One to begin with, one to go back, and those that are given up meanwhile.
  if (card.kind === 'frozen procfs') return { proc: 4 };
  return {};
}

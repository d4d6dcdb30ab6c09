import { seededRandom } from '../../bench/fleet/random.js';
import { type Card, DECK, deathsOf, type LastingThread, lengthOf, recoveryOf } from './cards.js';
import { MOODS, type Mood } from './moods.js';

/** A fault that is to be played, in ms from the beginning of the soak. */
export interface PlannedFault {
  readonly atMs: number;
  readonly forMs: number;
  readonly card: Card;
}

/** A time in which the backend is bad. */
export interface PlannedMood {
  readonly atMs: number;
  readonly forMs: number;
  readonly mood: Mood;
}

export interface Plan {
  readonly faults: readonly PlannedFault[];
  readonly moods: readonly PlannedMood[];
}

/** Nothing goes wrong. */
export const NO_PLAN: Plan = { faults: [], moods: [] };

/** Nothing happens at the beginning and at the end. */
const CALM_MS = 4_000;
/** The backend is well for the last while, so that the daemon can say how its last heartbeats went. */
const GOOD_END_MS = 15_000;
const GAP_MS = [1_000, 4_000] as const;
const MOOD_MS = [3_000, 12_000] as const;
const GOOD_MS = [4_000, 14_000] as const;
/** After ten deaths in a row of a lane the daemon ends, by design; so many are far from that. */
const MAX_DEATHS_IN_A_ROW = 6;
/** A thread that lives a minute breaks the row; the rest is for faults that are played late. */
const ROW_BREAK_MS = 80_000;

/**
 * What is to happen in a soak of `minutes`: faults one after the other, each kind once before any comes again, and beside them a backend
 * that comes and goes. The same arguments give the same plan.
 */
export function createPlan(seed: number, minutes: number): Plan {
  const totalMs = minutes * 60_000;
  return {
    faults: planFaults(seededRandom(seed), totalMs),
    moods: planMoods(seededRandom(seed + 1), totalMs),
  };
}

function planFaults(random: () => number, totalMs: number): PlannedFault[] {
  const faults: PlannedFault[] = [];
  const deaths = new DeathRow();
  let deck: Card[] = [];
  let atMs = CALM_MS;
  while (atMs < totalMs - CALM_MS) {
    if (deck.length === 0) deck = shuffle(DECK, random);
    const next = deck.findIndex((card) => deaths.allows(card, atMs));
    if (next < 0) {
      atMs += 1_000;
      continue;
    }
    const [card] = deck.splice(next, 1) as [Card];
    const forMs = Math.round(between(lengthOf(card), random()));
    const gapMs = Math.round(between(GAP_MS, random()));
    const endMs = atMs + forMs + recoveryOf(card);
    // What has no time to be over is left out.
    if (endMs <= totalMs - CALM_MS) {
      faults.push({ atMs, forMs, card });
      deaths.note(card, endMs);
      atMs = endMs + gapMs;
    } else if (deck.length === 0) {
      break;
    }
  }
  return faults;
}

function planMoods(random: () => number, totalMs: number): PlannedMood[] {
  const moods: PlannedMood[] = [];
  let deck: Mood[] = [];
  let atMs = CALM_MS;
  for (;;) {
    atMs += Math.round(between(GOOD_MS, random()));
    const forMs = Math.round(between(MOOD_MS, random()));
    if (atMs + forMs > totalMs - GOOD_END_MS) return moods;
    if (deck.length === 0) deck = shuffle(MOODS, random);
    moods.push({ atMs, forMs, mood: deck.shift()! });
    atMs += forMs;
  }
}

/** How often each thread has died without having lived a minute in between. */
class DeathRow {
  readonly #rows = new Map<LastingThread, { count: number; lastMs: number }>();

  allows(card: Card, atMs: number): boolean {
    return entries(card).every(([thread, deaths]) => {
      const row = this.#rows.get(thread);
      return (
        row === undefined || atMs - row.lastMs > ROW_BREAK_MS || row.count + deaths <= MAX_DEATHS_IN_A_ROW
      );
    });
  }

  note(card: Card, atMs: number): void {
    for (const [thread, deaths] of entries(card)) {
      const row = this.#rows.get(thread);
      const isNew = row === undefined || atMs - row.lastMs > ROW_BREAK_MS;
      this.#rows.set(thread, { count: (isNew ? 0 : row.count) + deaths, lastMs: atMs });
    }
  }
}

function entries(card: Card): [LastingThread, number][] {
  return Object.entries(deathsOf(card)) as [LastingThread, number][];
}

function between([min, max]: readonly [number, number], share: number): number {
  return min + share * (max - min);
}

function shuffle<Item>(items: readonly Item[], random: () => number): Item[] {
  const shuffled = [...items];
  for (let i = shuffled.length - 1; i > 0; i--) {
    const other = Math.floor(random() * (i + 1));
    [shuffled[i], shuffled[other]] = [shuffled[other]!, shuffled[i]!];
  }
  return shuffled;
}

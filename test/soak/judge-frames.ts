import type { FrameLook } from './health-watch.js';
import { atMost, type Row, type Section, text, told } from './rows.js';
import type { Windows } from './windows.js';

/** A look whose moment is less certain is not used: half of it is a tenth of an interval at 20 Hz. */
const SHARP_RTT_MS = 10;
/** So soon after a death it is not certain of which life a frame is. */
const UNCERTAIN_MS = 1_000;
/** The ends of a life are told by the best of so many looks: a frame that came late says less than was due. */
const END_LOOKS = 20;
const MIN_LOOKS = 4;
/** Ticks that a busy machine may let pass, percent; at shorter intervals more. */
const MISSED_PCT = 0.5;
const MISSED_PCT_MS = 5;
/** A client may have begun before the first look and ended behind the last. */
const SEEN_MORE = 20;
/** How late a look at the counters may be with what happened. */
const LATE_MS = 500;

/** One life of the proc lane: the frames that it counted ahead of the time that had passed, at its begin and at its end. */
interface Life {
  readonly start: number;
  readonly end: number;
  /** The looks that show these. */
  readonly first: FrameLook;
  readonly last: FrameLook;
  readonly looks: number;
}

/** What became of every deadline. */
export interface FrameAccount {
  readonly deadlines: number;
  readonly published: number;
  /** Published from the first look to the last, of which the deadlines may leave out some. */
  readonly publishedInAll: number;
  readonly missedInFaults: number;
  readonly missedOutside: number;
  /** Deadlines that passed while there was no lane. */
  readonly withoutLane: number;
  readonly longestOutageMs: number;
  readonly deaths: number;
  /** Deaths that no fault was to blame for. */
  readonly unexplainedDeaths: number;
  /** Deadlines in the life of a lane that it neither published nor counted as missed, or counted twice. */
  readonly unaccounted: number;
  /** Looks at which another interval was in force than was asked for. */
  readonly otherIntervals: number;
}

/**
 * Accounts for all deadlines between the first look and the last. A lane counts one published or missed frame for each interval of its
 * life, so what it has counted keeps pace with the time to less than one frame; where it falls behind for good, one was lost.
 */
export function accountForFrames(
  looks: readonly FrameLook[],
  windows: Windows,
  intervalMs: number,
): FrameAccount {
  const lives = livesOf(looks, intervalMs);
  const toleranceFrames = 0.5 + SHARP_RTT_MS / intervalMs;
  let unaccounted = 0;
  let withoutLane = 0;
  let longestOutageMs = 0;
  let unexplainedDeaths = 0;
  for (const [index, life] of lives.entries()) {
    const drift = life.looks < MIN_LOOKS ? 0 : life.end - life.start;
    if (Math.abs(drift) > toleranceFrames) unaccounted += Math.max(1, Math.round(Math.abs(drift)));
    const next = lives[index + 1];
    if (next === undefined) continue;
    withoutLane += life.end - next.start;
    longestOutageMs = Math.max(longestOutageMs, (life.end - next.start) * intervalMs);
    if (!windows.covers(life.last.atMs, next.first.atMs, 'frames')) unexplainedDeaths++;
  }
  let missedInFaults = 0;
  let missedOutside = 0;
  for (const [index, look] of looks.entries()) {
    const before = looks[index - 1];
    if (before === undefined) continue;
    const missed = look.missed - before.missed;
    if (windows.covers(before.atMs, look.atMs + LATE_MS, 'ticks')) missedInFaults += missed;
    else missedOutside += missed;
  }
  const [first, last] = [lives[0]?.first, lives.at(-1)?.last];
  return {
    deadlines: first === undefined || last === undefined ? Number.NaN : (last.atMs - first.atMs) / intervalMs,
    published: (last?.ticks ?? 0) - (first?.ticks ?? 0),
    publishedInAll: (looks.at(-1)?.ticks ?? 0) - (looks[0]?.ticks ?? 0),
    missedInFaults,
    missedOutside,
    withoutLane,
    longestOutageMs,
    deaths: (last?.restarts ?? 0) - (first?.restarts ?? 0),
    unexplainedDeaths,
    unaccounted,
    otherIntervals: looks.filter((look) => look.intervalMs !== intervalMs).length,
  };
}

/** The account as rows. `seen`: frames that a client saw that asked often enough for that; null: none did. */
export function judgeFrames(
  account: FrameAccount,
  intervalMs: number,
  seen: { readonly frames: number; readonly atLeast: number } | null,
): Section {
  const { deadlines, published, missedInFaults, missedOutside, withoutLane } = account;
  const missedPct = (100 * missedOutside) / deadlines;
  const rows: Row[] = [
    told(`deadlines, one every ${intervalMs} ms`, Math.round(deadlines)),
    told('  published', published),
    told('  missed in faults that say so', missedInFaults),
    atMost('  missed outside of them', missedPct, MISSED_PCT + MISSED_PCT_MS / intervalMs, ' %'),
    told(`  passed without a lane, in ${account.deaths} deaths`, Math.round(withoutLane)),
    atMost('  deaths that nobody brought about', account.unexplainedDeaths, 0),
    atMost('  neither published nor counted', account.unaccounted, 0),
    told('longest time without a lane', `${(account.longestOutageMs / 1_000).toFixed(1)} s`),
    atMost('looks at another interval', account.otherIntervals, 0),
  ];
  if (seen !== null) {
    const { frames, atLeast } = seen;
    const most = account.publishedInAll + SEEN_MORE;
    const isMet = frames >= atLeast && frames <= most;
    const limit = `${text(Math.round(atLeast))} to ${text(most)}`;
    rows.push({ what: 'frames that a client saw', figure: text(frames), limit, isMet });
  }
  return { title: 'Frames', rows };
}

function livesOf(looks: readonly FrameLook[], intervalMs: number): Life[] {
  const lives: Life[] = [];
  let kept: FrameLook[] = [];
  let bornMs = Number.NEGATIVE_INFINITY;
  const close = (): void => {
    if (kept.length === 0) return;
    const ends = Math.max(1, Math.min(END_LOOKS, kept.length >> 1));
    const first = best(kept.slice(0, ends), intervalMs);
    const last = best(kept.slice(-ends), intervalMs);
    lives.push({
      first,
      last,
      start: ahead(first, intervalMs),
      end: ahead(last, intervalMs),
      looks: kept.length,
    });
    kept = [];
  };
  for (const [index, look] of looks.entries()) {
    const before = looks[index - 1];
    if (before !== undefined && look.restarts !== before.restarts) {
      close();
      bornMs = look.atMs;
    }
    const isNew = before === undefined || look.ticks !== before.ticks;
    const isSharp = look.rttMs <= SHARP_RTT_MS;
    if (isNew && isSharp && look.isRunning && look.atMs - bornMs > UNCERTAIN_MS) kept.push(look);
    else if (bornMs === Number.NEGATIVE_INFINITY && isNew && isSharp) kept.push(look);
  }
  close();
  return lives;
}

/** How many frames a look has counted, less those for which there was time since an arbitrary moment. */
function ahead(look: FrameLook, intervalMs: number): number {
  return look.ticks + look.missed - look.atMs / intervalMs;
}

/** The look at a frame that came with the least delay. */
function best(looks: readonly FrameLook[], intervalMs: number): FrameLook {
  return looks.reduce((a, b) => (ahead(b, intervalMs) > ahead(a, intervalMs) ? b : a));
}

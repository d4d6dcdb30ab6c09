import { setTimeout as delay } from 'node:timers/promises';
import type { Health, Snapshot } from '../support/bridge-client.js';
import { rawRequest } from '../support/raw-http.js';
import { type Deaths, deathsOf, LASTING_THREADS, nameOf } from './cards.js';
import { deathsIn, deathsSince } from './deaths.js';
import type { HealthWatch } from './health-watch.js';
import type { PlannedFault, PlannedMood } from './plan.js';
import { backWithinMs, excusesOf, playFault, whyNot } from './play-fault.js';
import type { Stage } from './stage.js';
import type { Windows } from './windows.js';

/** How a fault went. */
export interface Outcome {
  readonly name: string;
  /** From the end of the fault until all was well; NaN: it was not played, or all was never well. */
  readonly backMs: number;
  /** How often each thread died of it. */
  readonly deaths: Deaths;
  /** Why it was not played; null: it was. */
  readonly skipped: string | null;
  /** What went wrong; null: nothing. */
  readonly problem: string | null;
}

/** What the players work with. Times are performance.now(). */
export interface Play {
  readonly stage: Stage;
  readonly watch: HealthWatch;
  readonly windows: Windows;
  readonly startMs: number;
  readonly endMs: number;
  readonly stop: AbortSignal;
  /** Takes a line for who watches. */
  readonly say: (line: string) => void;
}

const LOOK_EVERY_MS = 100;

/** Plays the faults, each at its time or as soon as all is well behind the one before. Never rejects. */
export async function playFaults(play: Play, faults: readonly PlannedFault[]): Promise<Outcome[]> {
  const { stage, windows, stop, say } = play;
  const outcomes: Outcome[] = [];
  const pause = (ms: number): Promise<void> => delay(ms, undefined, { signal: stop }).catch(() => {});
  for (const planned of faults) {
    const { card, atMs } = planned;
    await pause(Math.max(0, play.startMs + atMs - performance.now()));
    const name = nameOf(card);
    const reason = stop.aborted || performance.now() > play.endMs ? 'no time was left' : whyNot(stage, card);
    if (reason !== null) {
      outcomes.push({ name, backMs: Number.NaN, deaths: {}, skipped: reason, problem: null });
      continue;
    }
    const before = deathsIn(play.watch.health);
    const close = windows.open(excusesOf(card));
    let note = '';
    let problem: string | null = null;
    let backMs = Number.NaN;
    try {
      note = await playFault(stage, play.watch, planned, pause, stop);
      const overMs = performance.now();
      problem = await whyNotWell(play, overMs + backWithinMs(card));
      if (problem === null) backMs = performance.now() - overMs;
    } catch (error) {
      problem = String(error);
    }
    close();
    const deaths = deathsSince(before, play.watch.health);
    for (const thread of LASTING_THREADS) {
      const count = deaths[thread] ?? 0;
      if (count > (deathsOf(card)[thread] ?? 0)) problem ??= `the ${thread} thread died ${count} times`;
    }
    outcomes.push({ name, backMs, deaths, skipped: null, problem });
    say(
      `${name}${note === '' ? '' : ` (${note})`}: ${problem ?? `well after ${(backMs / 1_000).toFixed(1)} s`}`,
    );
  }
  return outcomes;
}

/** Lets the backend be bad at its times, and well in between. */
export async function playMoods(play: Play, moods: readonly PlannedMood[]): Promise<number> {
  const { backend, keys } = play.stage;
  const pause = (ms: number): Promise<void> => delay(ms, undefined, { signal: play.stop }).catch(() => {});
  let played = 0;
  for (const { mood, atMs, forMs } of moods) {
    await pause(Math.max(0, play.startMs + atMs - performance.now()));
    if (play.stop.aborted) break;
    played++;
    play.say(`the backend ${mood}, for ${(forMs / 1_000).toFixed(1)} s`);
    if (mood === 'refuses the key') backend.changeKey(keys.next());
    await backend.become(mood);
    await pause(forMs);
    if (mood === 'refuses the key') keys.tell();
    await backend.become(null);
  }
  return played;
}

/** Waits until all is well; if it is not by then, returns why. */
async function whyNotWell({ stage, watch, stop }: Play, limitMs: number): Promise<string | null> {
  // What was looked at before says nothing of what comes now.
  let seen = watch.looks.length + 1;
  for (;;) {
    if (watch.looks.length > seen) {
      seen = watch.looks.length;
      const problem = problemIn(watch.health) ?? (await problemInTelemetry(stage.port));
      if (problem === null) return null;
      if (performance.now() > limitMs) return problem;
    }
    if (performance.now() > limitMs) return problemIn(watch.health) ?? 'no answer from /health';
    if (stop.aborted) return null;
    await delay(LOOK_EVERY_MS);
  }
}

/** What is wrong besides the backend, which may be bad at any time. */
function problemIn(health: Health | null): string | null {
  if (health === null) return 'no answer from /health';
  const { status, problems, lanes, heartbeat } = health;
  const own = problems.filter((problem) => !/^heartbeat |^the backend refuses/.test(problem));
  if (own.length > 0) return own.join('; ');
  if (status === 'unhealthy') return status;
  if (!lanes.proc.running || !lanes.disk.running || !heartbeat.running) return 'a thread is not there';
  return null;
}

async function problemInTelemetry(port: number): Promise<string | null> {
  try {
    const { status, body } = await rawRequest(port, 'GET', '/telemetry');
    if (status !== 200) return `/telemetry: HTTP ${status}`;
    const snapshot = JSON.parse(body) as Snapshot;
    const isWhole = snapshot.stale === undefined && !Object.values(snapshot).includes(null);
    return isWhole ? null : `/telemetry is not whole: ${body}`;
  } catch (error) {
    return `/telemetry: ${String(error)}`;
  }
}

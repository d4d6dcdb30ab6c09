import { setTimeout as delay } from 'node:timers/promises';
import { readHoldings } from '../support/leaks.js';
import type { Cleanup } from './cleanup.js';
import { deathsIn, deathsSince } from './deaths.js';
import { HealthWatch } from './health-watch.js';
import { judgeBeats } from './judge-beats.js';
import { accountForFrames, judgeFrames } from './judge-frames.js';
import { judgeLog } from './judge-log.js';
import { judgePushes, judgeRequests } from './judge-requests.js';
import { judgeResources } from './judge-resources.js';
import type { SoakOptions } from './options.js';
import { createPlan, NO_PLAN } from './plan.js';
import { type Play, playFaults, playMoods } from './players.js';
import { PluginHost } from './plugin-host.js';
import { Resources, type Sample } from './resources.js';
import { atMost, type Row, type Section, told } from './rows.js';
import { REPORT_SECONDS, type Stage, setStage } from './stage.js';
import { SteadyClient } from './steady-client.js';
import { judgeFaults } from './table.js';
import { Windows } from './windows.js';

const STEADY_EVERY_MS = 20;
const FRESH_EVERY_MS = 200;
/** Longer than the daemon waits for an answer, and than a lane that hung needs to be gone. */
const SETTLE_MS = 30_000;
const LOOK_EVERY_MS = 100;
/** The promise is 3 s; the rest is for a machine that has more to do. */
const STOP_LIMIT_S = 4.5;
/** Of the frames of a client that asks more than twice in an interval, so many may have been passed over by one that came late. */
const SEEN_SHARE = 0.98;
const SEEN_SLACK = 10;

/** What a soak found, and what the daemon held all the time. */
export interface Findings {
  readonly sections: readonly Section[];
  readonly samples: readonly Sample[];
}

/** Runs a soak, and returns what it found; nothing, if it did not begin. `stop` ends it early; `say` takes a line for who watches. */
export async function soak(
  scope: Cleanup,
  options: SoakOptions,
  stop: AbortSignal,
  say: (line: string) => void,
): Promise<Findings> {
  const { intervalMs } = options;
  const plan = options.faults === 'all' ? createPlan(options.seed, options.minutes) : NO_PLAN;
  const stage = await setStage(scope, options);
  if (stop.aborted) return { sections: [], samples: [] };
  const { daemon, backend, port } = stage;
  for (const reason of stage.missing) say(`some faults can't be played: ${reason}`);
  if (options.harm === 'duplicate') backend.keepsTwice = true;

  const windows = new Windows(() => performance.now());
  const watch = new HealthWatch(port);
  const resources = new Resources(stage.pid, windows);
  const common = { port, intervalMs, windows };
  const clients = [
    new SteadyClient({
      ...common,
      name: 'one connection, 50 a second',
      everyMs: STEADY_EVERY_MS,
      keepsAlive: true,
    }),
    new SteadyClient({
      ...common,
      name: 'new connections, 5 a second',
      everyMs: FRESH_EVERY_MS,
      keepsAlive: false,
    }),
  ];
  const ending = new AbortController();
  // A daemon that ends by itself ends the soak, too.
  void daemon.exited.then(() => ending.abort());
  const isOver = AbortSignal.any([stop, ending.signal]);
  const loadOver = new AbortController();
  await watch.look();
  const deathsBefore = deathsIn(watch.health);
  const plugin = await PluginHost.start(port);
  scope.after(() => plugin.stop());
  resources.start();
  scope.after(() => resources.stop());
  const startMs = performance.now();
  const endMs = startMs + options.minutes * 60_000;
  const load = Promise.all([watch, ...clients].map((each) => each.run(loadOver.signal)));

  const play: Play = { stage, watch, windows, startMs, endMs, stop: isOver, say };
  const [outcomes, moods] = await Promise.all([
    playFaults(play, plan.faults),
    playMoods(play, plan.moods),
    delay(endMs - startMs, undefined, { signal: isOver }).catch(() => {}),
  ]);
  const hasEnded = ending.signal.aborted;
  const tookMs = performance.now() - startMs;

  say('the load ends');
  await settle(SETTLE_MS, () => hasEnded || !backend.isBusy);
  loadOver.abort();
  await load;
  await plugin.stop();
  resources.stop();
  const { counts, judgedMs } = await lastCounts(watch, stage, hasEnded);
  const beats = backend.beats.filter(({ endMs }) => endMs <= judgedMs);
  const after = hasEnded
    ? { threads: Number.NaN, descriptors: [], anonymousKb: 0 }
    : await settledAfter(stage);
  const end = await stopDaemon(stage, hasEnded);

  const account = accountForFrames(watch.looks, windows, intervalMs);
  const steady = clients[0]!.tally;
  const isSeen = intervalMs >= 2.5 * STEADY_EVERY_MS;
  const seen = isSeen
    ? {
        frames: steady.frames,
        atLeast: SEEN_SHARE * account.publishedInAll - steady.gapsMs / intervalMs - SEEN_SLACK,
      }
    : null;
  const sections = [
    { title: 'The run', rows: [told('under load', `${(tookMs / 60_000).toFixed(1)} minutes`), ...end] },
    judgeFrames(account, intervalMs, seen),
    judgeRequests(
      clients.map(({ tally }) => tally),
      watch.failed,
    ),
    judgeBeats({
      beats,
      counts,
      attempts: watch.attempts,
      intervalMs: REPORT_SECONDS * 1_000,
      maxInFlight: backend.maxInFlight,
      pluginStartMs: plugin.startMs,
      changes: plugin.changes,
      endMs: judgedMs,
      windows,
    }),
    judgePushes(plugin.pushes, windows),
    judgeResources({ samples: resources.samples, before: stage.before, after }),
    judgeLog(daemon.lines, outcomes.length + moods, stage.keys.all),
    judgeFaults(outcomes, moods, stage.missing, deathsSince(deathsBefore, watch.health)),
  ];
  return { sections, samples: resources.samples };
}

/** The daemon's counts at a moment at which no heartbeat was under way. */
async function lastCounts(
  watch: HealthWatch,
  { backend }: Stage,
  hasEnded: boolean,
): Promise<{ counts: Readonly<Record<string, number>>; judgedMs: number }> {
  let judgedMs = performance.now();
  let beats = -1;
  const isQuiet = async (): Promise<boolean> => {
    if (backend.isBusy || beats !== backend.beats.length) {
      beats = backend.beats.length;
      return false;
    }
    judgedMs = performance.now();
    await watch.look();
    return beats === backend.beats.length;
  };
  if (!hasEnded) await settle(SETTLE_MS, isQuiet);
  return { counts: watch.health?.heartbeat.counts ?? {}, judgedMs };
}

/** What the daemon holds once it holds no more than before, or when it has had time enough for that. */
async function settledAfter({ pid, before }: Stage): Promise<ReturnType<typeof readHoldings>> {
  await settle(SETTLE_MS, () => {
    const now = readHoldings(pid);
    return now.threads <= before.threads && now.descriptors.length <= before.descriptors.length + 1;
  });
  return readHoldings(pid);
}

async function stopDaemon({ daemon }: Stage, hasEnded: boolean): Promise<Row[]> {
  const startMs = performance.now();
  const timer = setTimeout(() => daemon.child.kill('SIGKILL'), 2 * STOP_LIMIT_S * 1_000);
  const code = await daemon.stop();
  clearTimeout(timer);
  return [
    atMost('times that the daemon ended by itself', hasEnded ? 1 : 0, 0, '', [daemon.stderr]),
    atMost('stopped after', (performance.now() - startMs) / 1_000, STOP_LIMIT_S, ' s'),
    { what: 'exit code', figure: String(code), limit: '0', isMet: code === 0 },
    {
      what: 'on standard error',
      figure: daemon.stderr === '' ? 'nothing' : daemon.stderr.slice(0, 200),
      limit: 'nothing',
      isMet: daemon.stderr === '',
    },
  ];
}

/** Looks until `look` says yes, or the time is over. */
async function settle(limitMs: number, look: () => boolean | Promise<boolean>): Promise<void> {
  const endMs = performance.now() + limitMs;
  while (!(await look()) && performance.now() < endMs) await delay(LOOK_EVERY_MS);
}

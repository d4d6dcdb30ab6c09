import { type Answer, okAnswer } from './bridge/answer.js';
import type { TransportName } from './bridge/routes.js';
import type { HeartbeatState } from './heartbeat/thread.js';
import { readRssBytes } from './own-process.js';
import { D, T } from './shared/fields.js';
import type { FrameReader } from './shared/frame-store.js';
import type { HostInventory } from './shared/messages.js';
import { isFrameFresh } from './shared/pace.js';

/** The inputs of /health. The functions are called at each request. Thread: main. */
export interface HealthSources {
  readonly version: string;
  readonly identifier: string;
  readonly startMonoMs: number;
  readonly budgetPct: number;
  readonly configuredIntervalMs: number;
  readonly frames: FrameReader;
  readonly diskFrames: FrameReader;
  readonly monoMs: () => number;
  readonly problems: () => readonly string[];
  readonly samplerCpuPct: () => number | null;
  readonly lane: (name: 'proc' | 'disk') => { running: boolean; restarts: number };
  readonly heartbeat: () => HeartbeatState | null;
  readonly openclaw: () => { version: string; pluginVersion: string; atMonoMs: number } | null;
  readonly inventory: () => HostInventory | null;
  /** The transport that serves the bridge; null: none yet. */
  readonly transport: () => TransportName | null;
}

const UNHEALTHY = '503 Service Unavailable';
const NONE_YET = 'no valid sample yet';
const TOO_OLD = 'the newest sample is too old';

/**
 * `GET /health`: `unhealthy` (503) when there is no valid and fresh sample, `degraded` when anything else is wrong, else `ok`.
 * The names of ages and durations include their unit. Unknown values are null.
 */
export function answerHealth(sources: HealthSources): Answer {
  const nowMs = sources.monoMs();
  const proc = sources.frames.read(({ numbers: n }) => ({
    isFresh: isFrameFresh(n, nowMs),
    isValid: n[T.valid] === 1,
    age_ms: round(nowMs - n[T.sampled_mono_ms]!, 1),
    interval_ms: n[T.interval_ms]!,
    interval_ms_configured: sources.configuredIntervalMs,
    ticks: n[T.ticks]!,
    missed_ticks: n[T.missed_ticks]!,
    missed_ticks_pct: round((100 * n[T.missed_ticks]!) / (n[T.ticks]! + n[T.missed_ticks]!), 3),
    read_errors: n[T.read_errors]!,
    cpu_anomalies: n[T.cpu_anomalies]!,
  }));
  const disk = sources.diskFrames.read(({ numbers: n }) => ({
    disk_age_seconds: ageSeconds(nowMs, n[D.disk_mono_ms]!),
    nginx_age_seconds: ageSeconds(nowMs, n[D.nginx_mono_ms]!),
    ticks: n[D.ticks]!,
    missed_ticks: n[D.missed_ticks]!,
    read_errors: n[D.read_errors]!,
  }));
  const { isFresh, isValid, ...procNumbers } = proc ?? { isFresh: false, isValid: false };
  const problems = sources.problems();
  const status = !isFresh ? 'unhealthy' : problems.length > 0 ? 'degraded' : 'ok';
  const openclaw = sources.openclaw();
  const body = JSON.stringify({
    status,
    monitor_version: sources.version,
    identifier: sources.identifier,
    // The watchdog names the problem, but may not have run yet.
    problems: problems.length > 0 || isFresh ? problems : [isValid ? TOO_OLD : NONE_YET],
    uptime_seconds: Math.floor((nowMs - sources.startMonoMs) / 1000),
    lanes: {
      proc: { ...sources.lane('proc'), ...procNumbers },
      disk: { ...sources.lane('disk'), ...disk },
    },
    cost: {
      sampler_cpu_pct: round(sources.samplerCpuPct(), 3),
      sampler_cpu_budget_pct: sources.budgetPct,
      process_rss_bytes: readRssBytes(),
    },
    heartbeat: describeHeartbeat(sources.heartbeat(), nowMs),
    openclaw:
      openclaw === null
        ? null
        : {
            age_seconds: ageSeconds(nowMs, openclaw.atMonoMs),
            version: openclaw.version,
            plugin_version: openclaw.pluginVersion,
          },
    host: sources.inventory(),
    bridge: { transport: sources.transport() },
  });
  const answer = okAnswer(body);
  return isFresh ? answer : { ...answer, status: UNHEALTHY };
}

function describeHeartbeat(state: HeartbeatState | null, nowMs: number): object {
  if (state === null) return { enabled: false };
  const { last } = state;
  return {
    enabled: true,
    running: state.running,
    restarts: state.restarts,
    counts: state.counts,
    last:
      last === null
        ? null
        : {
            result: last.class,
            status: last.status,
            detail: last.detail,
            age_seconds: ageSeconds(nowMs, last.atMonoMs),
            duration_ms: round(last.durationMs, 1),
            next_in_seconds: round(Math.max(0, last.nextInMs - (nowMs - last.atMonoMs)) / 1000, 1),
          },
  };
}

function ageSeconds(nowMs: number, atMs: number): number | null {
  return Number.isNaN(atMs) ? null : round(Math.max(0, nowMs - atMs) / 1000, 1);
}

function round<Value extends number | null>(value: Value, decimals: number): Value {
  return (value === null ? null : Number(value.toFixed(decimals))) as Value;
}

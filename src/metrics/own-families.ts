import type { HealthSources } from '../health.js';
import type { HeartbeatState } from '../heartbeat/thread.js';
import { readOpenFds, readRssBytes } from '../own-process.js';
import { LANES } from '../shared/control.js';
import { D, T } from '../shared/fields.js';
import { type Family, info, labelled, single } from './exposition.js';

/** The cost and the progress of sampling, per lane. `n` and `disk`: the numbers of the frames; null: there is no frame yet. */
export function samplerFamilies(
  sources: HealthSources,
  n: Float64Array | null,
  disk: Float64Array | null,
): Family[] {
  const counter = (name: string, help: string, proc: number | undefined, ofDisk: number | undefined) =>
    labelled('counter', `harborforge_sampler_${name}`, help, 'lane', {
      proc: proc ?? null,
      disk: ofDisk ?? null,
    });
  const lanes = LANES.map((lane) => ({ lane, ...sources.lane(lane) }));
  const byLane = (of: (lane: (typeof lanes)[number]) => number) =>
    Object.fromEntries(lanes.map((lane) => [lane.lane, of(lane)]));
  const seconds = (ns: number | undefined) => (ns ?? Number.NaN) / 1e9;
  return [
    labelled(
      'gauge',
      'harborforge_sampler_running',
      'Whether the lane has a thread that runs it.',
      'lane',
      byLane(({ running }) => Number(running)),
    ),
    labelled(
      'counter',
      'harborforge_sampler_restarts',
      'How often the lane died, or was given up, and was started again.',
      'lane',
      byLane(({ restarts }) => restarts),
    ),
    counter('ticks', 'Ticks of the lane that were worked off.', n?.[T.ticks], disk?.[D.ticks]),
    counter('missed_ticks', 'Ticks that were left out.', n?.[T.missed_ticks], disk?.[D.missed_ticks]),
    counter('read_errors', 'Reads that gave no value.', n?.[T.read_errors], disk?.[D.read_errors]),
    counter(
      'cpu_seconds',
      'CPU time of the lane, as the kernel keeps account of its thread; it starts anew with the thread.',
      seconds(n?.[T.lane_cpu_ns]),
      seconds(disk?.[D.lane_cpu_ns]),
    ),
    single(
      'gauge',
      'harborforge_sampler_cpu_budget_ratio',
      'Share of one core that sampling may take.',
      sources.budgetPct / 100,
    ),
    single(
      'gauge',
      'harborforge_sampler_interval_seconds',
      'Current time between samples: longer than configured where samples are expensive.',
      (n?.[T.interval_ms] ?? Number.NaN) / 1000,
    ),
    single(
      'gauge',
      'harborforge_sampler_configured_interval_seconds',
      'Time between samples that was asked for.',
      sources.configuredIntervalMs / 1000,
    ),
    single(
      'counter',
      'harborforge_cpu_anomalies',
      'Steps in which a CPU counter of the kernel fell, and which were left out.',
      n?.[T.cpu_anomalies] ?? null,
    ),
  ];
}

/** Families about heartbeats to the backend and pushes from the plugin. */
export function exchangeFamilies(sources: HealthSources, nowMs: number): Family[] {
  const openclaw = sources.openclaw();
  const state = sources.heartbeat();
  const enabled = single(
    'gauge',
    'harborforge_heartbeat_enabled',
    'Whether there is a backend to report to.',
    Number(state !== null),
  );
  const plugin =
    openclaw === null
      ? []
      : [
          single(
            'gauge',
            'harborforge_plugin_push_age_seconds',
            'How long ago the OpenClaw plugin reached the bridge.',
            Math.max(0, nowMs - openclaw.atMonoMs) / 1000,
          ),
          info('harborforge_plugin', 'Versions of the OpenClaw plugin and its gateway, as last pushed.', {
            openclaw_version: openclaw.version,
            plugin_version: openclaw.pluginVersion,
          }),
        ];
  return [enabled, ...(state === null ? [] : heartbeatFamilies(state, nowMs)), ...plugin];
}

function heartbeatFamilies(state: HeartbeatState, nowMs: number): Family[] {
  return [
    labelled('counter', 'harborforge_heartbeats', 'Heartbeats by how they ended.', 'result', state.counts),
    single(
      'gauge',
      'harborforge_heartbeat_accepted_age_seconds',
      'How long ago the backend last accepted a heartbeat.',
      Math.max(0, nowMs - state.acceptedMonoMs) / 1000,
    ),
    single(
      'gauge',
      'harborforge_heartbeat_duration_seconds',
      'How long the last heartbeat took, whatever came of it.',
      (state.last?.durationMs ?? Number.NaN) / 1000,
    ),
    single(
      'gauge',
      'harborforge_heartbeat_thread_running',
      'Whether the heartbeat thread runs.',
      Number(state.running),
    ),
    single(
      'counter',
      'harborforge_heartbeat_thread_restarts',
      'How often the heartbeat thread died, or was given up, and was started again.',
      state.restarts,
    ),
  ];
}

/** Families about the process, under the standard names of Prometheus clients. `startSeconds`: its start, in seconds since the epoch. */
export function processFamilies(startSeconds: number): Family[] {
  const { user, system } = process.cpuUsage();
  const start = 'Start of the process, in seconds since the epoch.';
  return [
    single('counter', 'process_cpu_seconds', 'CPU time of all threads.', (user + system) / 1e6),
    single('gauge', 'process_resident_memory_bytes', 'Resident memory.', readRssBytes()),
    single('gauge', 'process_open_fds', 'Open file descriptors.', readOpenFds()),
    single('gauge', 'process_start_time_seconds', start, startSeconds),
  ];
}

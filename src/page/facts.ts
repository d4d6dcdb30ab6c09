import { bytes, decimal, duration, percent, UNKNOWN } from './format.js';
import { flagAt, numberAt, textAt, textsAt, valueAt } from './json.js';

/** What `GET /health` tells, as far as the page shows it. */
export interface Facts {
  readonly identifier: string;
  readonly problems: readonly string[];
  /** By the names that they have in the document. */
  readonly texts: Readonly<Record<string, string>>;
}

/** How heartbeats end, in words. */
const RESULTS: Readonly<Record<string, string>> = {
  accepted: 'accepted',
  unauthorized: 'refused: the key',
  throttled: 'told to wait',
  rejected: 'refused',
  server_error: 'the backend failed',
  unreachable: 'not delivered',
};

/** Reads a body of `GET /health`; null when it is none. */
export function readHealth(json: unknown): Facts | null {
  const status = textAt(json, 'status');
  if (status === null) return null;
  const problems = textsAt(json, 'problems') ?? [];
  const text = (...path: string[]): string => textAt(json, ...path) ?? UNKNOWN;
  return {
    identifier: textAt(json, 'identifier') ?? '',
    problems,
    texts: {
      health: problems.length === 0 ? status : `${status}: ${problems.join('; ')}`,
      version: textAt(json, 'monitor_version') ?? '',
      host_line: hostLine(json),
      os: text('host', 'os'),
      kernel: kernelText(json),
      cpu_model: processorText(json),
      virtualization: valueAt(json, 'host')
        ? (textAt(json, 'host', 'virtualization') ?? 'none found')
        : UNKNOWN,
      cadence: cadenceText(json),
      missed: missedText(json),
      cost: costText(json),
      rss: bytes(numberAt(json, 'cost', 'process_rss_bytes')),
      ...heartbeatTexts(json),
      ...pluginTexts(json),
    },
  };
}

function hostLine(json: unknown): string {
  const parts = [textAt(json, 'host', 'os'), textAt(json, 'host', 'kernel')].filter((part) => part !== null);
  return parts.join(' · ') || '\u00a0';
}

function kernelText(json: unknown): string {
  const kernel = textAt(json, 'host', 'kernel');
  const arch = textAt(json, 'host', 'arch');
  return kernel === null ? UNKNOWN : [kernel, arch].filter((part) => part !== null).join(' · ');
}

function processorText(json: unknown): string {
  const model = textAt(json, 'host', 'cpu_model');
  const cores = numberAt(json, 'host', 'cpu_cores');
  if (model === null) return UNKNOWN;
  return cores === null ? model : `${model}, ${cores === 1 ? '1 core' : `${cores} cores`}`;
}

function cadenceText(json: unknown): string {
  const inForce = numberAt(json, 'lanes', 'proc', 'interval_ms');
  const asked = numberAt(json, 'lanes', 'proc', 'interval_ms_configured');
  if (inForce === null) return UNKNOWN;
  const every = `one in ${decimal(inForce, Number.isInteger(inForce) ? 0 : 1)} ms`;
  return asked === null || asked === inForce ? every : `${every}; ${asked} ms asked for`;
}

function missedText(json: unknown): string {
  const missed = numberAt(json, 'lanes', 'proc', 'missed_ticks');
  const pct = numberAt(json, 'lanes', 'proc', 'missed_ticks_pct');
  return missed === null || pct === null ? UNKNOWN : `${missed} (${percent(pct, 2)})`;
}

function costText(json: unknown): string {
  const pct = numberAt(json, 'cost', 'sampler_cpu_pct');
  const budget = numberAt(json, 'cost', 'sampler_cpu_budget_pct');
  if (pct === null) return UNKNOWN;
  return budget === null
    ? `${percent(pct, 2)} of a core`
    : `${percent(pct, 2)} of a core, ${budget} % allowed`;
}

function heartbeatTexts(json: unknown) {
  const isEnabled = flagAt(json, 'heartbeat', 'enabled');
  if (isEnabled === false) return { heartbeat: 'off', heartbeat_age: 'never', heartbeat_next: 'never' };
  const last = valueAt(json, 'heartbeat', 'last');
  const result = textAt(last, 'result');
  if (result === null) {
    const none = isEnabled === null ? UNKNOWN : 'none yet';
    return { heartbeat: none, heartbeat_age: none, heartbeat_next: UNKNOWN };
  }
  const status = numberAt(last, 'status');
  const words = RESULTS[result] ?? result.replaceAll('_', ' ');
  const age = numberAt(last, 'age_seconds');
  const next = numberAt(last, 'next_in_seconds');
  return {
    heartbeat: status === null ? words : `${words} (${status})`,
    heartbeat_age: age === null ? UNKNOWN : `${duration(age)} ago`,
    heartbeat_next: next === null ? UNKNOWN : next === 0 ? 'now' : `in ${duration(next)}`,
  };
}

function pluginTexts(json: unknown) {
  const plugin = valueAt(json, 'openclaw');
  if (plugin === undefined) return { openclaw: UNKNOWN, plugin: UNKNOWN, plugin_age: UNKNOWN };
  if (plugin === null) return { openclaw: 'no push yet', plugin: 'no push yet', plugin_age: 'never' };
  const age = numberAt(plugin, 'age_seconds');
  return {
    openclaw: textAt(plugin, 'version') ?? UNKNOWN,
    plugin: textAt(plugin, 'plugin_version') ?? UNKNOWN,
    plugin_age: age === null ? UNKNOWN : `${duration(age)} ago`,
  };
}

import { duration } from '../shared/duration.js';

/** What is used of the body of `GET /health`, see `health.ts` of the daemon. */
export interface HealthBody {
  readonly status: 'ok' | 'degraded' | 'unhealthy';
  readonly identifier: string;
  readonly monitor_version: string;
  readonly problems: readonly string[];
  readonly uptime_seconds: number;
  readonly lanes: { readonly proc: { readonly age_ms?: number } };
  readonly heartbeat: {
    readonly enabled: boolean;
    readonly last?: { readonly result: string; readonly age_seconds: number | null } | null;
  };
}

/** Reads the body of an answer; null: it is not the Monitor's. */
export function parseHealth(text: string): HealthBody | null {
  try {
    const body = JSON.parse(text) as Partial<HealthBody> | null;
    const isHealth =
      ['ok', 'degraded', 'unhealthy'].includes(body?.status ?? '') &&
      Array.isArray(body?.problems) &&
      typeof body.lanes === 'object' &&
      typeof body.heartbeat === 'object';
    return isHealth ? (body as HealthBody) : null;
  } catch {
    return null;
  }
}

/** A line that says how the daemon is, and one for each thing that is wrong. */
export function summarize(health: HealthBody): string {
  const { status, identifier, monitor_version, problems, uptime_seconds, lanes } = health;
  const age = lanes.proc?.age_ms;
  const facts = [
    `${identifier} ${monitor_version}`,
    `up ${duration(uptime_seconds)}`,
    age === undefined
      ? 'no sample'
      : `last sample ${age < 1000 ? `${Math.round(age)} ms` : duration(age / 1000)} ago`,
    describeHeartbeat(health.heartbeat),
  ];
  return [`${status}: ${facts.join(', ')}`, ...problems.map((problem) => `  ${problem}`)].join('\n');
}

function describeHeartbeat({ enabled, last = null }: HealthBody['heartbeat']): string {
  if (!enabled) return 'heartbeats off';
  if (last === null) return 'no heartbeat yet';
  return `heartbeat ${last.result}${last.age_seconds === null ? '' : ` ${duration(last.age_seconds)} ago`}`;
}

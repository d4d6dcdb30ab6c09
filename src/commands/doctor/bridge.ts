import { lstatSync } from 'node:fs';
import type { Config } from '../../config.js';
import { askBridge, type BridgeAnswer } from '../bridge-ask.js';
import { type HealthBody, parseHealth } from '../health-summary.js';
import { printable } from '../top/printable.js';
import { type Finding, ok, problem, warning } from './finding.js';
import { findPortHolder } from './port-holder.js';

const LIMIT_MS = 3_000;

/** What of /health is looked at here, beside what others look at. */
type Health = HealthBody & {
  readonly cost?: { readonly sampler_cpu_pct: number | null; readonly sampler_cpu_budget_pct: number };
  readonly lanes: {
    readonly proc: { readonly interval_ms?: number; readonly interval_ms_configured?: number };
  };
};

/** Checks the bridge's port and socket, and the daemon that may be behind them. */
export async function checkBridge(config: Config, version: string, signal: AbortSignal): Promise<Finding[]> {
  const { port, bridgeToken: token } = config;
  const socket = checkSocket(config.bridgeSocket);
  if (port === 0)
    return [
      ok('port', 'a free one is taken when the daemon starts (MONITOR_PORT=0)'),
      budgetOf(config),
      ...socket,
    ];
  const answer = await askBridge({ port, socketPath: null, token }, '/health', LIMIT_MS, signal);
  const health = 'status' in answer ? (parseHealth(answer.body) as Health | null) : null;
  if (health === null) return [judgeStranger(answer, port), budgetOf(config), ...socket];
  return [
    ok('port', `127.0.0.1:${port} is held by the running daemon`),
    judgeDaemon(health, config, version),
    judgeCost(health),
    ...socket,
  ];
}

function judgeStranger(answer: BridgeAnswer, port: number): Finding {
  const place = `127.0.0.1:${port}`;
  if ('code' in answer && answer.code === 'ECONNREFUSED')
    return ok('port', `${place} is free; no daemon runs there`);
  if ('status' in answer && answer.status === 401 && answer.body.includes('"unauthorized"'))
    return warning(
      'port',
      `${place} is held by a daemon that wants a token`,
      'run this with the MONITOR_BRIDGE_TOKEN_FILE of the daemon',
    );
  const holder = findPortHolder(port, '/proc');
  const what =
    'status' in answer ? `GET /health is answered with HTTP ${answer.status}` : printable(answer.message);
  return problem(
    'port',
    `${place} is held by ${holder === null ? 'another program' : printable(holder)}, which is not the Monitor: ${what}`,
    `end that program, or set MONITOR_PORT to another port (who it is: ss -ltnp 'sport = :${port}')`,
  );
}

/** What the sampler costs is known by the daemon alone: a measurement of a few seconds would count how its code is compiled. */
function budgetOf({ cpuBudgetPct }: Config): Finding {
  return ok(
    'cpu-budget',
    `${cpuBudgetPct} % of a core; what is used of it the running daemon knows, and there is none to ask`,
  );
}

function judgeDaemon(health: Health, config: Config, version: string): Finding {
  const { status, problems, monitor_version: running, identifier } = health;
  const last = health.heartbeat.enabled
    ? `, last heartbeat ${health.heartbeat.last?.result ?? 'still to come'}`
    : '';
  const found = `${printable(identifier)}, version ${printable(running)}, says ${status}${last}`;
  const all = `${found}: ${problems.map((each) => printable(each)).join('; ')}`;
  if (status === 'unhealthy')
    return problem('daemon', all, 'look at its log: journalctl -u harborforge-monitor');
  if (status === 'degraded')
    return warning('daemon', all, 'look at its log: journalctl -u harborforge-monitor');
  if (identifier !== config.identifier)
    return warning(
      'daemon',
      `${found}; but here it would be called ${JSON.stringify(printable(config.identifier))}`,
      'it was started with other settings: run this with the same, such as those in /etc/default/harborforge-monitor',
    );
  if (running !== version)
    return warning(
      'daemon',
      `${found}; this is ${version}`,
      'restart it: systemctl restart harborforge-monitor',
    );
  return ok('daemon', found);
}

function judgeCost({ cost, lanes }: Health): Finding {
  const pct = cost?.sampler_cpu_pct ?? null;
  const budget = cost?.sampler_cpu_budget_pct ?? Number.NaN;
  const { interval_ms: interval, interval_ms_configured: asked } = lanes.proc;
  const found = `${pct === null ? 'not known yet' : `${pct} % of a core`}, of a budget of ${budget} %; a sample every ${interval} ms`;
  if (pct !== null && pct > 1.2 * budget)
    return warning(
      'cpu-budget',
      found,
      'in its first minute that is nothing; else set MONITOR_CPU_BUDGET_PCT or MONITOR_SAMPLE_INTERVAL_MS higher',
    );
  if (interval !== undefined && asked !== undefined && interval > asked)
    return warning(
      'cpu-budget',
      `${found}, since one every ${asked} ms would exceed it`,
      'set MONITOR_CPU_BUDGET_PCT higher if more are wanted',
    );
  return ok('cpu-budget', found);
}

function checkSocket(path: string | undefined): Finding[] {
  if (path === undefined) return [];
  try {
    const status = lstatSync(path, { throwIfNoEntry: false });
    if (status === undefined)
      return [ok('socket', `${path} is not there; it is made when the daemon starts`)];
    const mode = (status.mode & 0o777).toString(8).padStart(4, '0');
    return status.isSocket()
      ? [ok('socket', `${path} is there, mode ${mode}`)]
      : [
          problem(
            'socket',
            `${path} is there, and is no socket`,
            'take it away, or set MONITOR_BRIDGE_SOCKET to another path',
          ),
        ];
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return [
      warning(
        'socket',
        `${path} can't be looked at: ${code}`,
        'run this as the user that the daemon runs as',
      ),
    ];
  }
}

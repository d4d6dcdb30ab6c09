import { PARAMETERS, readArguments } from './arguments.js';
import { asSignal, currentPluginConfig, type HostApi, messageOf } from './host.js';
import { withinLimit } from './limit.js';
import { askMonitor, describeReply, MONITOR_HOST, type Reply } from './monitor.js';
import { readSettings, type Settings } from './settings.js';
import { readSnapshot, type Source } from './snapshot.js';
import type { Surroundings } from './surroundings.js';
import { describeSnapshot } from './telemetry-text.js';
import { readToken } from './token-file.js';

/**
 * What a tool hands back. The hosts take some top-level keys of `details` (status, ok, success, error, timedOut, exitCode) for their own:
 * there are only `telemetry` or `problem` here.
 */
export interface ToolResult {
  readonly content: readonly [{ readonly type: 'text'; readonly text: string }];
  readonly details:
    | { readonly telemetry: unknown }
    | { readonly problem: { readonly code: ProblemCode; readonly message: string } };
}

/** Why there is no telemetry. */
export type ProblemCode =
  | 'invalid_arguments'
  | 'unreachable'
  | 'no_sample'
  | 'unauthorized'
  | 'not_the_monitor';

/** A tool as both hosts take it. */
export interface Tool {
  readonly name: string;
  readonly label: string;
  readonly description: string;
  readonly parameters: typeof PARAMETERS;
  execute(id: unknown, given?: unknown, signal?: unknown): Promise<ToolResult>;
}

export const TOOL_NAME = 'harborforge_telemetry';
const LIMIT_MS = 5_000;

/** Makes the tool with which an agent asks for the host's telemetry. `execute` never rejects: what went wrong is in its text. */
export function createTelemetryTool(api: HostApi, surroundings: Surroundings, pluginId: string): Tool {
  const ask = async (sources: readonly Source[], signal: unknown): Promise<ToolResult> => {
    const { settings } = readSettings(currentPluginConfig(api, pluginId));
    let reply: Reply;
    try {
      reply = await withinLimit(surroundings, LIMIT_MS, asSignal(signal), (limit) => get(settings, limit));
    } catch (error) {
      return unreachable(settings, messageOf(error));
    }
    return understand(reply, settings, sources, surroundings.wallMs());
  };
  return {
    name: TOOL_NAME,
    label: 'Host telemetry',
    description:
      'Current telemetry of the machine that this gateway runs on: CPU, memory, swap, disk, load average, pressure (how long tasks waited), uptime and nginx sites, sampled by the HarborForge Monitor.',
    parameters: PARAMETERS,
    async execute(_id, given, signal) {
      const read = readArguments(given);
      return 'problem' in read ? failure('invalid_arguments', read.problem) : ask(read.sources, signal);
    },
  };
}

async function get({ monitorPort, tokenFile }: Settings, signal: AbortSignal): Promise<Reply> {
  const token = tokenFile === null ? null : await readToken(tokenFile, signal);
  return askMonitor({ port: monitorPort, method: 'GET', path: '/telemetry', token, body: null }, signal);
}

function understand(reply: Reply, settings: Settings, sources: readonly Source[], nowMs: number): ToolResult {
  const said = describeReply(reply);
  if (reply.status === 200) {
    const snapshot = readSnapshot(reply.json);
    if (snapshot !== null)
      return result(describeSnapshot(snapshot, sources, nowMs), { telemetry: reply.json });
  } else if (reply.status === 503) {
    return failure(
      'no_sample',
      `The HarborForge Monitor runs but has no current numbers (${said}). Ask again in a few seconds; if it stays so, look at http://${addressOf(settings)}/health.`,
    );
  } else if (reply.status === 401) {
    return failure(
      'unauthorized',
      `The HarborForge Monitor at ${addressOf(settings)} refuses the bridge token (${said}). Check that monitor_bridge_token_file in this plugin's config names the file of its MONITOR_BRIDGE_TOKEN_FILE.`,
    );
  }
  return failure(
    'not_the_monitor',
    `What answers at ${addressOf(settings)} does not answer like the HarborForge Monitor (${said}). ${checkPort(settings)}`,
  );
}

function unreachable(settings: Settings, reason: string): ToolResult {
  return failure(
    'unreachable',
    `The HarborForge Monitor can't be reached at ${addressOf(settings)}: ${reason}. Check that it runs on this host. ${checkPort(settings)}`,
  );
}

function checkPort({ monitorPort }: Settings): string {
  return `Check that its MONITOR_PORT is ${monitorPort}, the monitor_port in this plugin's config.`;
}

function addressOf({ monitorPort }: Settings): string {
  return `${MONITOR_HOST}:${monitorPort}`;
}

function failure(code: ProblemCode, message: string): ToolResult {
  return result(`${message} No telemetry is known.`, { problem: { code, message } });
}

function result(text: string, details: ToolResult['details']): ToolResult {
  return { content: [{ type: 'text', text }], details };
}

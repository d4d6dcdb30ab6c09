import type { Agent } from './agents.js';
import { peek } from './host.js';
import { askMonitor, describeReply } from './monitor.js';
import type { Settings } from './settings.js';
import { readToken } from './token-file.js';

/** What the Monitor is told. */
export interface Metadata {
  readonly version: string;
  readonly pluginVersion: string;
  readonly agents: readonly Agent[];
}

/** What the Monitor takes at most. */
const MAX_BODY_BYTES = 65_536;
const MAX_AGENTS = 1_000;

/**
 * The body of a push. A list of agents that the Monitor would not take is left out whole, so that it is unknown there and not wrong.
 */
export function pushBody({ version, pluginVersion, agents }: Metadata): {
  readonly body: string;
  readonly hasAgents: boolean;
} {
  const versions = { version, plugin_version: pluginVersion };
  const body = JSON.stringify({ ...versions, agents });
  return agents.length > MAX_AGENTS || Buffer.byteLength(body) > MAX_BODY_BYTES
    ? { body: JSON.stringify(versions), hasAgents: false }
    : { body, hasAgents: true };
}

/**
 * Tells the Monitor once.
 * @throws Error that says why the Monitor does not know it now
 */
export async function push(
  { monitorPort, tokenFile }: Settings,
  body: string,
  signal: AbortSignal,
): Promise<void> {
  const token = tokenFile === null ? null : await readToken(tokenFile, signal);
  const reply = await askMonitor(
    { port: monitorPort, method: 'POST', path: '/openclaw', token, body },
    signal,
  );
  if (reply.status !== 200) throw new Error(`it answered ${describeReply(reply)}`);
  if (peek(reply.json, 'status') !== 'ok') {
    throw new Error(`what answers there is not the Monitor (${describeReply(reply)})`);
  }
}

import { agentsOf } from './agents.js';
import { asSignal, currentConfig, currentPluginConfig, type HostApi, messageOf, peek } from './host.js';
import { readHostVersion } from './host-version.js';
import { withinLimit } from './limit.js';
import type { Log } from './log.js';
import { MONITOR_HOST } from './monitor.js';
import { push, pushBody } from './push.js';
import { Reach } from './reach.js';
import type { Running } from './running.js';
import { Schedule } from './schedule.js';
import { readSettings, type Settings } from './settings.js';
import type { Surroundings } from './surroundings.js';

/** Who pushes, for whom, and from where. */
export interface PusherOptions {
  readonly api: HostApi;
  readonly log: Log;
  readonly surroundings: Surroundings;
  readonly pluginId: string;
  readonly pluginVersion: string;
}

const FIRST_PUSH_MS = 2_000;
const PUSH_LIMIT_MS = 5_000;

/**
 * Begins to tell the Monitor about this gateway: first in two seconds, then at the configured interval, until it is stopped or
 * `abortSignal` aborts. The configuration and the agents are read at each push.
 */
export function startPusher(options: PusherOptions, abortSignal: unknown): Running {
  const { api, log, surroundings, pluginId, pluginVersion } = options;
  const signal = asSignal(abortSignal);
  if (signal?.aborted) return { stop: async () => {} };

  const version = readHostVersion(surroundings.entryPath(), peek(api, 'runtime', 'version'));
  const reach = new Reach(log);
  let lastProblems = '';
  const settingsNow = (): { settings: Settings; problems: string } => {
    const { settings, problems: list } = readSettings(currentPluginConfig(api, pluginId));
    const problems = list.join('; ');
    if (problems !== lastProblems && problems !== '') log.debug(`config: ${problems}`);
    lastProblems = problems;
    return { settings, problems };
  };

  const pushOnce = async (stopping: AbortSignal): Promise<void> => {
    const { settings, problems } = settingsNow();
    const where = `${MONITOR_HOST}:${settings.monitorPort}`;
    try {
      const { body, hasAgents } = pushBody({ version, pluginVersion, agents: agentsOf(currentConfig(api)) });
      if (!hasAgents) log.debug('there are more agents than the Monitor takes; they are left out');
      await withinLimit(surroundings, PUSH_LIMIT_MS, stopping, (limit) => push(settings, body, limit));
      const note = `telling it about this gateway every ${settings.reportIntervalSec} s`;
      reach.succeeded(where, problems === '' ? note : `${note} (config: ${problems})`);
    } catch (error) {
      if (!stopping.aborted) reach.failed(where, messageOf(error));
    }
  };

  const schedule = new Schedule(surroundings, {
    firstMs: FIRST_PUSH_MS,
    intervalMs: () => settingsNow().settings.reportIntervalSec * 1_000,
    work: pushOnce,
  });
  const stop = async (): Promise<void> => {
    signal?.removeEventListener('abort', onAbort);
    await schedule.stop();
  };
  const onAbort = (): void => void stop();
  signal?.addEventListener('abort', onAbort, { once: true });
  return { stop };
}

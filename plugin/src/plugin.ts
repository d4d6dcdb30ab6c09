import { type HostApi, messageOf, peek } from './host.js';
import { createLog } from './log.js';
import { startPusher } from './pusher.js';
import { replaceRunning, stopRunning } from './running.js';
import type { Surroundings } from './surroundings.js';
import { createTelemetryTool } from './telemetry-tool.js';

/** What a host loads. */
export interface Plugin {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  register(api: HostApi): void;
}

export const PLUGIN_ID = 'harborforge';
export const PLUGIN_VERSION = '0.2.0';

/**
 * Makes the plugin. `register` only leaves its hooks and its tool with the host, as it is called any number of times in a process; what
 * runs is begun by `gateway_start`. Nothing here ever throws into the host.
 */
export function createPlugin(surroundings: Surroundings): Plugin {
  const register = (api: HostApi): void => {
    const log = createLog(api, PLUGIN_ID);
    const guarded = (what: string, run: () => unknown): unknown => {
      try {
        return run();
      } catch (error) {
        log.debug(`${what} failed: ${messageOf(error)}`);
        return undefined;
      }
    };
    const start = (_event: unknown, context: unknown): void => {
      guarded('gateway_start', () => {
        const options = { api, log, surroundings, pluginId: PLUGIN_ID, pluginVersion: PLUGIN_VERSION };
        replaceRunning(() => startPusher(options, peek(context, 'abortSignal')));
      });
    };
    guarded('registering gateway_start', () => api.on?.('gateway_start', start));
    guarded('registering gateway_stop', () => api.on?.('gateway_stop', () => stopRunning()));
    guarded('registering the tool', () =>
      api.registerTool?.(createTelemetryTool(api, surroundings, PLUGIN_ID)),
    );
  };
  return {
    id: PLUGIN_ID,
    name: 'HarborForge',
    description:
      "Tells the HarborForge Monitor on this host about the gateway and its agents, and lets agents ask for the host's telemetry.",
    register,
  };
}

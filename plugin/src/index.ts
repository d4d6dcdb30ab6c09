/**
 * The HarborForge plugin for OpenClaw.
 *
 *   plugin.ts            what the host calls: register, gateway_start, gateway_stop
 *   running.ts           the one pusher of this process, whoever started it
 *   pusher.ts            one pusher's life: schedule.ts (when), push.ts (what), reach.ts (what is said about it)
 *   monitor.ts           an exchange with the Monitor on loopback
 *   telemetry-tool.ts    the agents' tool; arguments.ts, snapshot.ts and telemetry-text.ts are its parts
 *   settings.ts          the plugin's configuration: defaults and checks
 *   host.ts, agents.ts   what is read from the host; log.ts what is told to it
 *   host-version.ts, token-file.ts   what is read from files
 */
import { createPlugin } from './plugin.js';

export default createPlugin({
  nowMs: () => performance.now(),
  wallMs: () => Date.now(),
  setTimer: (run, delayMs) => {
    const timer = setTimeout(run, delayMs);
    // The gateway may end whenever it likes.
    timer.unref();
    return () => clearTimeout(timer);
  },
  entryPath: () => process.argv[1],
});

/**
 * `npm run demo`: a loopback backend, the real daemon that reports to it, and a stand-in for the OpenClaw plugin. Ctrl-C ends all three.
 */
import { randomBytes } from 'node:crypto';
import { DaemonProcess } from './daemon-process.js';
import { startPluginStandIn } from './plugin-stand-in.js';
import { ReferenceBackend } from './reference-backend.js';

const REPORT_INTERVAL_SEC = 5;
const PUSH_INTERVAL_MS = 10_000;
const DEFAULT_PORT = '7311';

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function time(): string {
  return new Date().toISOString().slice(11, 19);
}

async function startDaemon(env: Record<string, string>): Promise<{ daemon: DaemonProcess; address: string }> {
  const daemon = new DaemonProcess({ ...env, MONITOR_PORT: DEFAULT_PORT });
  try {
    return { daemon, address: await daemon.address() };
  } catch (error) {
    if (!daemon.stderr.includes('in use')) throw error;
    say(`Port ${DEFAULT_PORT} is in use here; taking a free one.`);
  }
  const other = new DaemonProcess({ ...env, MONITOR_PORT: '0' });
  return { daemon: other, address: await other.address() };
}

const apiKey = randomBytes(12).toString('hex');
const backend = await ReferenceBackend.start({ apiKey });
const { daemon, address } = await startDaemon({
  MONITOR_BACKEND_URL: backend.url,
  MONITOR_API_KEY: apiKey,
  MONITOR_REPORT_INTERVAL_SEC: String(REPORT_INTERVAL_SEC),
});

say('');
say(`The Monitor      pid ${daemon.child.pid}, its bridge at ${address}`);
say(
  `The backend      ${backend.url} (a stand-in; it checks every heartbeat against the contract, and its key)`,
);
say(`The plugin       (a stand-in) pushes its metadata in 2 s, then every ${PUSH_INTERVAL_MS / 1000} s`);
say(`Heartbeats       every ${REPORT_INTERVAL_SEC} s here; the default is 30`);
say('');
say(`Try it:          curl ${address}/telemetry`);
say(`                 curl ${address}/health`);
say('Ctrl-C           ends everything.');
say('');

backend.onArrival(({ heartbeat, status, problems, body }) => {
  say(
    `${time()}  heartbeat ${heartbeat === null ? `REFUSED (${status}): ${problems.join('; ')}` : 'accepted'}  ${body}`,
  );
});
const plugin = startPluginStandIn({
  address,
  everyMs: PUSH_INTERVAL_MS,
  onPush: (result) => say(`${time()}  plugin pushed its metadata: ${result}`),
});

let ending = false;
async function end(): Promise<void> {
  if (ending) return;
  ending = true;
  say('\nStopping…');
  plugin.stop();
  // From a terminal the daemon has had its own SIGINT; a second signal changes nothing.
  const code = await daemon.stop();
  await backend.stop();
  say(`The daemon ended with exit code ${code}; ${backend.heartbeats.length} heartbeats were accepted.`);
  process.exitCode = code === 0 ? 0 : 1;
}
process.on('SIGINT', () => void end());
process.on('SIGTERM', () => void end());
void daemon.exited.then(async (code) => {
  if (ending) return;
  say(`The daemon ended by itself: ${code}\n${daemon.stderr}`);
  ending = true;
  plugin.stop();
  await backend.stop();
  process.exitCode = 1;
});

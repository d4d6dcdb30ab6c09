import { randomBytes } from 'node:crypto';
import { DaemonProcess } from '../../../test/support/daemon-process.js';
import { ReferenceBackend } from '../../../test/support/reference-backend.js';
import type { Running, Start } from '../peer.js';
import { endTree, ownTree } from '../process-tree.js';
import { Client, startTalker } from './start.js';

/** Percent of a core: the cadence that is asked for is the one that is to be measured, on a slow machine, too. */
const NO_BUDGET_PCT = '100';
const START_MS = 20_000;

/** The real daemon, with heartbeats to a backend in this process, as often as they are sent by default. */
export async function startMonitor({ hz }: Start): Promise<Running> {
  if (hz === null) throw new Error('the daemon samples at a cadence');
  const apiKey = randomBytes(12).toString('hex');
  const backend = await ReferenceBackend.start({ apiKey });
  const settings = {
    MONITOR_SAMPLE_INTERVAL_MS: String(1000 / hz),
    MONITOR_CPU_BUDGET_PCT: NO_BUDGET_PCT,
  };
  const daemon = new DaemonProcess({
    MONITOR_BACKEND_URL: backend.url,
    MONITOR_API_KEY: apiKey,
    ...settings,
  });
  ownTree(daemon.child);
  const stop = async (): Promise<void> => {
    await endTree(daemon.child);
    await backend.stop();
  };
  try {
    const late = AbortSignal.timeout(START_MS);
    const address = await Promise.race([
      daemon.address(),
      new Promise<never>((_, reject) => {
        late.onabort = () => reject(new Error(`the daemon did not start: ${daemon.stderr}`));
      }),
    ]);
    return {
      pid: daemon.child.pid!,
      command: [...Object.entries(settings).map((pair) => pair.join('=')), 'harborforge-monitor'],
      url: `${address}/telemetry`,
      samples: () => readTicks(address),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The work of a tick without the threads: both lanes, every source due. */
export function startHotTick(): Promise<Running> {
  return startLoop('tick', null);
}

/** A Node process that samples by itself. */
export function startLoop(kind: 'tick' | 'os' | 'systeminformation', hz: number | null): Promise<Running> {
  const script = new URL('loop-process.js', import.meta.url).pathname;
  const mode = hz === null ? 'hot' : hz === 0 ? '0' : String(1000 / hz);
  return startTalker([process.execPath, script, kind, mode], hz === null);
}

interface Health {
  readonly lanes: { readonly proc: { readonly ticks: number } };
}

async function readTicks(address: string): Promise<number> {
  const client = new Client();
  try {
    const health = JSON.parse((await client.fetch(`${address}/health`)).toString()) as Health;
    return health.lanes.proc.ticks;
  } finally {
    client.close();
  }
}

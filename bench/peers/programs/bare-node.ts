import { readWakes } from '../../support/process-stats.js';
import type { Running, Start } from '../peer.js';
import { startProgram } from './start.js';

/** A Node process that sleeps as a lane does, and reads one file at each tick or none. */
export async function startBareNode(kind: 'wait' | 'read', { hz, folder }: Start): Promise<Running> {
  if (hz === null) throw new Error('a process that sleeps has a cadence');
  const script = new URL('wait-process.js', import.meta.url).pathname;
  const running = await startProgram([process.execPath, script, kind, String(1000 / hz)], { folder });
  return { ...running, samples: async () => readWakes(running.pid).get(running.pid)! };
}

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { output } from '../../support/children.js';
import { readWakes } from '../../support/process-stats.js';
import type { Running, Start } from '../peer.js';
import { startProgram, startTalker } from './start.js';

const COMPILE_MS = 60_000;

/** The C sampler, compiled anew. Rejects where there is no C compiler. */
export async function startFloor({ folder, hz }: Start): Promise<Running> {
  const program = join(folder, 'floor');
  await output('cc', ['-O2', '-o', program, sourcePath()], COMPILE_MS);
  if (hz === null) return startTalker([program, 'hot'], true);
  const running = await startProgram([program, 'paced', String(1000 / hz)], { folder });
  return { ...running, samples: async () => readWakes(running.pid).get(running.pid)! };
}

/** Beside this file's source, from where it was compiled to. */
function sourcePath(): string {
  return fileURLToPath(new URL('../../../../bench/floor/floor.c', import.meta.url));
}

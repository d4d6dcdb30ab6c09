import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { end, own } from './children.js';

/** Keeps every core busy until it is stopped. */
export interface BusyCores {
  readonly stop: () => Promise<void>;
}

/** What keeps cores busy here: stress-ng where it is installed, or else as many processes that spin, all at normal priority. */
export function findBurner(): { readonly name: string; readonly start: () => BusyCores } {
  const cores = availableParallelism();
  const hasStressNg = spawnSync('stress-ng', ['--version'], { stdio: 'ignore' }).error === undefined;
  if (hasStressNg)
    return { name: `stress-ng --matrix ${cores}`, start: () => burn([stressNg(cores)], 'SIGTERM') };
  return {
    name: `${cores} processes that spin`,
    start: () => burn(Array.from({ length: cores }, spin), 'SIGKILL'),
  };
}

function stressNg(cores: number): ChildProcess {
  return spawn('stress-ng', ['--matrix', String(cores), '--quiet'], { stdio: 'ignore' });
}

function spin(): ChildProcess {
  return spawn(process.execPath, ['--eval', 'for (;;);'], { stdio: 'ignore' });
}

function burn(children: readonly ChildProcess[], signal: NodeJS.Signals): BusyCores {
  for (const child of children) own(child);
  return {
    stop: async () => {
      await Promise.all(
        children.map(async (child) => {
          if (child.exitCode !== null || child.signalCode !== null)
            throw new Error('what kept the cores busy ended too early');
          // stress-ng ends its own processes, if it is asked to.
          const exited = once(child, 'exit', { signal: AbortSignal.timeout(5_000) });
          child.kill(signal);
          await exited.catch(() => end(child));
        }),
      );
    },
  };
}

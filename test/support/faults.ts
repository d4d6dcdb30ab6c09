import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Scope, temporaryFolder } from './fixtures.js';
import { until } from './until.js';

export type FaultyThread = 'proc' | 'disk' | 'heartbeat' | 'inventory' | 'dump';
/** `throw`: an exception. `exit`: the thread ends. `exhaust`: it runs out of its heap. `loop`: it never ends. `hang`: it stands still.
 * `read <path>`: it reads a FIFO that nobody writes to, and nobody can end it. */
export type Fault = 'throw' | 'exit' | 'exhaust' | 'loop' | 'hang' | `read ${string}`;

/** The handle on a daemon that was started with `nodeArgs` and in whose threads things can be made to go wrong. */
export interface Faults {
  readonly nodeArgs: readonly string[];
  /** Lets it happen once, and resolves when the thread has been struck. */
  strike(thread: FaultyThread, fault: Fault): Promise<void>;
  /** Lets it happen at every start of the thread. */
  strikeAlways(thread: FaultyThread, fault: Fault): void;
}

export function createFaults(t: Scope): Faults {
  const folder = temporaryFolder(t);
  const preload = new URL('./fault-preload.js', import.meta.url);
  preload.searchParams.set('folder', folder);
  return {
    nodeArgs: ['--import', preload.href],
    async strike(thread, fault) {
      writeFileSync(join(folder, thread), fault);
      await until(`the ${thread} thread to be struck`, () => !existsSync(join(folder, thread)));
    },
    strikeAlways(thread, fault) {
      writeFileSync(join(folder, thread), `always ${fault}`);
    },
  };
}

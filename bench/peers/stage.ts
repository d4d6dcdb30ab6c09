import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { PeerId } from './figures.js';
import type { Running, Start } from './peer.js';
import { PEERS } from './peers.js';
import { signalTree } from './process-tree.js';
import type { Roll } from './roll.js';

/** The peers that were started, of which one at a time has the machine. */
export class Stage {
  readonly #roll: Roll;
  readonly #folder: string;
  readonly #running: Running[] = [];
  readonly #stopped = new Set<Running>();

  constructor({ roll, folder }: { readonly roll: Roll; readonly folder: string }) {
    this.#roll = roll;
    this.#folder = folder;
  }

  /** Starts a peer; null: it is not to be had, which the roll then tells. Rejects when it is of this checkout and does not start. */
  async start(id: PeerId, options: Omit<Start, 'folder'>): Promise<Running | null> {
    if (!this.#roll.has(id)) return null;
    const folder = mkdtempSync(join(this.#folder, 'peer-'));
    try {
      const running = await PEERS[id].start({ folder, ...options });
      this.#running.push(running);
      this.#roll.ran(id, running.command, folder);
      return running;
    } catch (error) {
      if (PEERS[id].program === null) throw error;
      this.#roll.skip(id, error instanceof Error ? error.message : String(error));
      return null;
    }
  }

  /** Stops one until it has the focus. */
  pause(running: Running): void {
    if (this.#stopped.has(running)) return;
    signalTree(running.pid, 'SIGSTOP');
    this.#stopped.add(running);
  }

  /** Stops all but one, and gives that one time to get going again. */
  async focus(chosen: Running, settleMs: number): Promise<void> {
    for (const running of this.#running) if (running !== chosen) this.pause(running);
    if (this.#stopped.delete(chosen)) signalTree(chosen.pid, 'SIGCONT');
    await delay(settleMs);
  }

  /** Ends them all. */
  async close(): Promise<void> {
    for (const running of this.#running) await running.stop();
  }
}

import { parentPort, workerData } from 'node:worker_threads';
import { messageOf } from '../src/shared/errors.js';
import type { HostTrees, InventoryMessage } from '../src/shared/messages.js';
import { readBootId, readInventory } from './host/inventory.js';

/** Entry of a short-lived thread: reads the boot ID and the host inventory, reports them to the main thread and ends. */
const tell = (message: InventoryMessage): void => parentPort?.postMessage(message);
const trees = workerData as HostTrees;
const bootId = readBootId(trees.procfs);
if (bootId !== '') tell({ type: 'boot', bootId });
void readInventory(trees, bootId).then(
  (inventory) => tell({ type: 'inventory', inventory }),
  (error: unknown) => tell({ type: 'failed', reason: messageOf(error) }),
);

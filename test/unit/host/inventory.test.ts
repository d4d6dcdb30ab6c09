import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { readBootId, readInventory } from '../../../workers/host/inventory.js';
import { temporaryFolder } from '../../support/fixtures.js';

const BOOT_ID = 'sys/kernel/random/boot_id';

it('the inventory has the boot ID of the inspected kernel, and none if it is malformed', async (t) => {
  const inventoryOf = (procfs: string) => readInventory({ procfs, rootfs: '/' }, readBootId(procfs));
  const own = await inventoryOf('/proc');
  assert.equal(own.boot_id, readFileSync(`/proc/${BOOT_ID}`, 'latin1').trim());
  const procfs = temporaryFolder(t);
  const bootIdOf = async () => (await inventoryOf(procfs)).boot_id;
  assert.equal(await bootIdOf(), undefined);
  mkdirSync(join(procfs, 'sys/kernel/random'), { recursive: true });
  for (const [text, expected] of [
    ['0b3ae4b5-8a27-4b9e-9d0c-3f1f6d8f1c11\n', '0b3ae4b5-8a27-4b9e-9d0c-3f1f6d8f1c11'],
    ['', undefined],
    ['"},"agents":[]\n', undefined],
    ['0b3ae4b5-8a27-4b9e-9d0c-3f1f6d8f1c11 and more', undefined],
  ] as const) {
    writeFileSync(join(procfs, BOOT_ID), text);
    assert.equal(await bootIdOf(), expected);
  }
});

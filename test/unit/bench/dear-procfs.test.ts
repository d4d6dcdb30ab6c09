import assert from 'node:assert/strict';
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { DearProcfs, HELD_MEBIBYTES } from '../../../bench/support/dear-procfs.js';

async function make(t: TestContext): Promise<DearProcfs> {
  const procfs = await DearProcfs.make();
  t.after(() => procfs.remove());
  return procfs;
}

test('its meminfo makes the kernel walk all held memory; its other files are the real ones', async (t) => {
  const { path } = await make(t);
  const [, heldKb] = /^Anonymous: +(\d+) kB$/m.exec(readFileSync(join(path, 'meminfo'), 'ascii')) ?? [];
  assert.ok(Number(heldKb) >= HELD_MEBIBYTES * 1024, `${heldKb} kB`);
  assert.match(readFileSync(join(path, 'stat'), 'ascii'), /^cpu /);
});

test('makeCheap restores the real meminfo and fails reads of the expensive one with ESRCH', async (t) => {
  const procfs = await make(t);
  const path = join(procfs.path, 'meminfo');
  const fd = openSync(path, 'r');
  t.after(() => closeSync(fd));
  await procfs.makeCheap();
  assert.throws(() => readSync(fd, Buffer.alloc(64), 0, 64, 0), { code: 'ESRCH' });
  assert.match(readFileSync(path, 'ascii'), /^MemTotal:/);
});

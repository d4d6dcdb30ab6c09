import assert from 'node:assert/strict';
import {
  mkdirSync,
  readdirSync,
  readlinkSync,
  rmdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { ProcFile } from '../../../workers/proc/proc-file.js';
import { temporaryFolder } from '../../support/fixtures.js';
import { createMortalFile } from '../../support/mortal-file.js';

function createFile(t: TestContext, path: string, capacity = 64): ProcFile {
  const file = new ProcFile(path, capacity);
  t.after(() => file.close());
  return file;
}

function readText(file: ProcFile, nowMs: number): string | null {
  const length = file.read(nowMs);
  return length < 0 ? null : file.bytes.toString('latin1', 0, length);
}

/** How many descriptors this process holds on `path`. */
function descriptorsOn(path: string): number {
  return readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`) === path;
    } catch {
      return false;
    }
  }).length;
}

describe('ProcFile', () => {
  it('reads from the start each time, and sees new content', (t) => {
    const path = join(temporaryFolder(t), 'stat');
    writeFileSync(path, 'first reading');
    const file = createFile(t, path);
    assert.equal(readText(file, 0), 'first reading');
    writeFileSync(path, 'second');
    assert.equal(readText(file, 0), 'second');
    assert.equal(readText(file, 0), 'second');
  });

  it('reads no more than its capacity', (t) => {
    const path = join(temporaryFolder(t), 'stat');
    writeFileSync(path, '0123456789');
    assert.equal(readText(createFile(t, path, 4), 0), '0123');
  });

  it('distinguishes an empty file from a missing one', (t) => {
    const path = join(temporaryFolder(t), 'stat');
    writeFileSync(path, 'x');
    const file = createFile(t, path);
    truncateSync(path, 0);
    assert.equal(file.read(0), 0);
  });

  it('holds one descriptor, and none after it was closed', (t) => {
    const path = join(temporaryFolder(t), 'stat');
    writeFileSync(path, 'x');
    const file = createFile(t, path);
    assert.equal(file.open(0), true);
    for (let i = 0; i < 50; i++) file.read(i);
    assert.equal(descriptorsOn(path), 1);
    file.close();
    assert.equal(descriptorsOn(path), 0);
  });

  it('looks for a missing file at most once per second of the given time', (t) => {
    const path = join(temporaryFolder(t), 'stat');
    const file = createFile(t, path);
    assert.equal(readText(file, 5_000), null);
    writeFileSync(path, 'here');
    assert.equal(readText(file, 5_001), null);
    assert.equal(readText(file, 5_999), null);
    assert.equal(readText(file, 6_000), 'here');
  });

  it('waits a second after each failed attempt', (t) => {
    const path = join(temporaryFolder(t), 'stat');
    const file = createFile(t, path);
    assert.equal(file.open(0), false);
    assert.equal(readText(file, 1_000), null);
    writeFileSync(path, 'here');
    assert.equal(readText(file, 1_999), null);
    assert.equal(readText(file, 2_000), 'here');
  });

  it('closes a file that vanishes, and finds it when it comes back', async (t) => {
    const path = join(temporaryFolder(t), 'uptime');
    const mortal = await createMortalFile(t, path, '12.50 25.00');
    const file = createFile(t, path);
    assert.equal(readText(file, 0), '12.50 25.00\n');
    await mortal.kill();
    assert.equal(readText(file, 100), null);
    rmSync(path);
    writeFileSync(path, '99.00 1.00\n');
    assert.equal(readText(file, 1_099), null);
    assert.equal(readText(file, 1_100), '99.00 1.00\n');
  });

  it('leaks no descriptor however often a read fails', (t) => {
    const path = join(temporaryFolder(t), 'stat');
    // A folder can be opened, but not read.
    mkdirSync(path);
    const file = createFile(t, path);
    for (let nowMs = 0; nowMs < 50_000; nowMs += 1_000) assert.equal(file.read(nowMs), -1);
    assert.equal(descriptorsOn(path), 0);
    rmdirSync(path);
    writeFileSync(path, 'mended');
    assert.equal(readText(file, 50_000), 'mended');
    assert.equal(descriptorsOn(path), 1);
  });

  it('can be closed twice, and opens again at the next read', (t) => {
    const path = join(temporaryFolder(t), 'stat');
    writeFileSync(path, 'x');
    const file = createFile(t, path);
    file.read(0);
    file.close();
    file.close();
    assert.equal(readText(file, 0), 'x');
  });
});

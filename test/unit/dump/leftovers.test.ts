import assert from 'node:assert/strict';
import { chownSync, lutimesSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { removeLeftovers } from '../../../workers/dump/leftovers.js';
import { temporaryFolder } from '../../support/fixtures.js';

const NOW_MS = Date.parse('2026-03-22T01:37:21.042Z');
const LEFT = '.harborforge-monitor-history-20260322T003721.002Z.csv.unfinished';
const UID = process.geteuid?.() ?? -1;

/** Says of a file that it was written to so long ago. */
function age(path: string, ms: number): void {
  lutimesSync(path, NOW_MS / 1_000, (NOW_MS - ms) / 1_000);
}

function write(path: string, ageMs = 3_600_000): void {
  writeFileSync(path, 'time,');
  age(path, ageMs);
}

describe('what dumps have left unfinished', () => {
  it('is taken away, all of it', (t) => {
    const folder = temporaryFolder(t);
    write(join(folder, LEFT));
    write(join(folder, LEFT.replace('2026', '2025')), 61_000);
    removeLeftovers(folder, NOW_MS, UID);
    assert.deepEqual(readdirSync(folder), []);
  });

  it('stays as long as somebody may still be writing it, and where the clock was set back', (t) => {
    for (const ageMs of [0, 59_000, -3_600_000]) {
      const folder = temporaryFolder(t);
      write(join(folder, LEFT), ageMs);
      removeLeftovers(folder, NOW_MS, UID);
      assert.deepEqual(readdirSync(folder), [LEFT], `${ageMs}`);
    }
  });

  it('is nothing that is called otherwise, be it by a letter', (t) => {
    const folder = temporaryFolder(t);
    const names = [
      LEFT.slice(1),
      LEFT.slice(0, -1),
      `${LEFT}~`,
      `x${LEFT}`,
      LEFT.replace('.csv', '-csv'),
      LEFT.replace('Z', ''),
      LEFT.replace('T', 't'),
      LEFT.replace('.unfinished', ''),
      LEFT.replace('20260322', '2026x322'),
      LEFT.slice(1).replace('.unfinished', ''),
    ].sort();
    for (const name of names) write(join(folder, name));
    removeLeftovers(folder, NOW_MS, UID);
    assert.deepEqual(readdirSync(folder).sort(), names);
  });

  it('is neither a folder nor a link, nor what a link leads to', (t) => {
    const folder = temporaryFolder(t);
    const link = LEFT.replace('2026', '2025');
    mkdirSync(join(folder, LEFT));
    write(join(folder, 'kept'));
    symlinkSync('kept', join(folder, link));
    for (const name of [LEFT, link]) age(join(folder, name), 3_600_000);
    removeLeftovers(folder, NOW_MS, UID);
    assert.deepEqual(readdirSync(folder).sort(), [LEFT, link, 'kept'].sort());
  });

  it('is not what another user has left', (t) => {
    const folder = temporaryFolder(t);
    write(join(folder, LEFT));
    removeLeftovers(folder, NOW_MS, UID + 1);
    assert.deepEqual(readdirSync(folder), [LEFT]);
    if (UID !== 0) return;
    chownSync(join(folder, LEFT), 1, 1);
    removeLeftovers(folder, NOW_MS, UID);
    assert.deepEqual(readdirSync(folder), [LEFT]);
  });

  it('keeps nobody from going on where it can not be looked for', (t) => {
    removeLeftovers(join(temporaryFolder(t), 'none'), NOW_MS, UID);
    removeLeftovers('/dev/null', NOW_MS, UID);
  });
});

import assert from 'node:assert/strict';
import {
  chownSync,
  linkSync,
  lutimesSync,
  mkdirSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { countOwnDumps } from '../../../workers/dump/own-dumps.js';
import { temporaryFolder } from '../../support/fixtures.js';

const NOW_MS = Date.parse('2026-03-22T01:37:21.042Z');
const DUMP = 'harborforge-monitor-history-20260322T003721.002Z-00112233445566ff.csv';
const UNFINISHED = `.${DUMP}.unfinished`;
const UID = process.geteuid?.() ?? -1;

/** Sets the time of the last write to `ms` before now. */
function age(path: string, ms: number): void {
  lutimesSync(path, NOW_MS / 1_000, (NOW_MS - ms) / 1_000);
}

function write(path: string, ageMs = 3_600_000): void {
  writeFileSync(path, 'time,');
  age(path, ageMs);
}

describe('unfinished dumps', () => {
  it('are all removed', (t) => {
    const folder = temporaryFolder(t);
    write(join(folder, UNFINISHED));
    write(join(folder, UNFINISHED.replace('2026', '2025')), 61_000);
    assert.equal(countOwnDumps(folder, NOW_MS, UID), 0);
    assert.deepEqual(readdirSync(folder), []);
  });

  it('stay and count while they may still be written, or if the clock was set back', (t) => {
    for (const ageMs of [0, 59_000, -3_600_000]) {
      const folder = temporaryFolder(t);
      write(join(folder, UNFINISHED), ageMs);
      assert.equal(countOwnDumps(folder, NOW_MS, UID), 1, `${ageMs}`);
      assert.deepEqual(readdirSync(folder), [UNFINISHED], `${ageMs}`);
    }
  });

  it('are neither folders nor links, nor what a link points to', (t) => {
    const folder = temporaryFolder(t);
    const link = UNFINISHED.replace('2026', '2025');
    mkdirSync(join(folder, UNFINISHED));
    write(join(folder, 'kept'));
    symlinkSync('kept', join(folder, link));
    for (const name of [UNFINISHED, link]) age(join(folder, name), 3_600_000);
    assert.equal(countOwnDumps(folder, NOW_MS, UID), 0);
    assert.deepEqual(readdirSync(folder).sort(), [UNFINISHED, link, 'kept'].sort());
  });
});

describe('counting dumps', () => {
  it('ignores every other name, even if it differs by one letter', (t) => {
    const folder = temporaryFolder(t);
    const names = [UNFINISHED, DUMP].flatMap((name) => [
      `${name}~`,
      `x${name}`,
      name.replace('.csv', '-csv'),
      name.replace('Z', ''),
      name.replace('T', 't'),
      name.replace('20260322', '2026x322'),
      name.replace('-00112233445566ff', ''),
      name.replace('ff', 'f'),
    ]);
    names.push(UNFINISHED.slice(1), `.${DUMP}`);
    for (const name of names) write(join(folder, name));
    assert.equal(countOwnDumps(folder, NOW_MS, UID), 0);
    assert.deepEqual(readdirSync(folder).sort(), names.sort());
  });

  it('ignores folders and links, and counts a file with two names once', (t) => {
    const folder = temporaryFolder(t);
    write(join(folder, DUMP));
    linkSync(join(folder, DUMP), join(folder, DUMP.replace('2026', '2025')));
    symlinkSync(DUMP, join(folder, DUMP.replace('2026', '2024')));
    mkdirSync(join(folder, DUMP.replace('2026', '2023')));
    assert.equal(countOwnDumps(folder, NOW_MS, UID), 1);
    assert.equal(readdirSync(folder).length, 4);
  });

  it('ignores files of other users, and removes none of them', (t) => {
    const folder = temporaryFolder(t);
    for (const name of [DUMP, UNFINISHED]) write(join(folder, name));
    assert.equal(countOwnDumps(folder, NOW_MS, UID + 1), 0);
    assert.equal(readdirSync(folder).length, 2);
    if (UID !== 0) return;
    for (const name of [DUMP, UNFINISHED]) chownSync(join(folder, name), 1, 1);
    assert.equal(countOwnDumps(folder, NOW_MS, UID), 0);
    assert.equal(readdirSync(folder).length, 2);
  });

  it('throws the error of the file system if there is no folder', (t) => {
    assert.throws(() => countOwnDumps(join(temporaryFolder(t), 'none'), NOW_MS, UID), { code: 'ENOENT' });
    assert.throws(() => countOwnDumps('/dev/null', NOW_MS, UID), { code: 'ENOTDIR' });
  });
});

import assert from 'node:assert/strict';
import fs, {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { writeNewFile } from '../../../workers/dump/new-file.js';
import { temporaryFolder } from '../../support/fixtures.js';

describe('a new file', () => {
  it('has all pieces and mode 0600, and nothing is left beside it', (t) => {
    const folder = temporaryFolder(t);
    const path = join(folder, 'new.csv');
    assert.equal(writeNewFile(path, ['one\n', 'two\n', 'ä\n']), 11);
    assert.equal(readFileSync(path, 'utf8'), 'one\ntwo\nä\n');
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.deepEqual(readdirSync(folder), ['new.csv']);
  });

  it('has a temporary name until it is complete', (t) => {
    const folder = temporaryFolder(t);
    const path = join(folder, 'new.csv');
    const seen: string[][] = [];
    function* pieces() {
      yield 'one\n';
      seen.push(readdirSync(folder));
      yield 'two\n';
    }
    writeNewFile(path, pieces());
    assert.deepEqual(seen, [['.new.csv.unfinished']]);
  });

  it('is synced to disk before it gets its name', (t) => {
    const path = join(temporaryFolder(t), 'new.csv');
    const calls: string[] = [];
    const { fsyncSync, renameSync } = fs;
    t.mock.method(fs, 'fsyncSync', (file: number) => {
      calls.push(`fsync of ${fs.fstatSync(file).size} bytes`);
      fsyncSync(file);
    });
    t.mock.method(fs, 'renameSync', (from: string, to: string) => {
      calls.push('rename');
      renameSync(from, to);
    });
    syncBuiltinESMExports();
    try {
      writeNewFile(path, ['one\n', 'two\n']);
    } finally {
      t.mock.restoreAll();
      syncBuiltinESMExports();
    }
    assert.deepEqual(calls, ['fsync of 8 bytes', 'rename']);
  });

  it('overwrites no file', (t) => {
    const folder = temporaryFolder(t);
    const path = join(folder, 'new.csv');
    writeFileSync(path, 'kept');
    assert.throws(() => writeNewFile(path, ['one\n']), { code: 'EEXIST' });
    assert.equal(readFileSync(path, 'utf8'), 'kept');
    assert.deepEqual(readdirSync(folder), ['new.csv']);
  });

  for (const name of ['new.csv', '.new.csv.unfinished']) {
    it(`follows no link at ${name}, to a file or dangling`, (t) => {
      for (const target of ['file', 'nowhere']) {
        const folder = temporaryFolder(t);
        writeFileSync(join(folder, 'file'), 'kept');
        symlinkSync(join(folder, target), join(folder, name));
        assert.throws(() => writeNewFile(join(folder, 'new.csv'), ['one\n']), { code: 'EEXIST' });
        assert.ok(lstatSync(join(folder, name)).isSymbolicLink());
        assert.equal(readFileSync(join(folder, 'file'), 'utf8'), 'kept');
        assert.ok(!existsSync(join(folder, 'nowhere')));
        assert.deepEqual(readdirSync(folder).sort(), [name, 'file'].sort());
      }
    });
  }

  it('leaves nothing behind when a piece throws', (t) => {
    const folder = temporaryFolder(t);
    function* pieces() {
      yield 'one\n';
      throw new Error('no more');
    }
    assert.throws(() => writeNewFile(join(folder, 'new.csv'), pieces()), /no more/);
    assert.deepEqual(readdirSync(folder), []);
  });

  it('throws the original error, not the one of a failed cleanup', (t) => {
    const folder = temporaryFolder(t);
    const unfinished = join(folder, '.new.csv.unfinished');
    function* pieces() {
      yield 'one\n';
      rmSync(unfinished);
      mkdirSync(unfinished);
      throw new Error('no more');
    }
    assert.throws(() => writeNewFile(join(folder, 'new.csv'), pieces()), /no more/);
  });
});

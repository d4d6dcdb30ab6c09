import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { parseOsRelease, readOsName } from '../../../workers/host/os-release.js';
import { temporaryFolder } from '../../support/fixtures.js';

describe('parseOsRelease', () => {
  for (const [text, expected] of [
    ['PRETTY_NAME="x"\nNAME="Debian GNU/Linux"\nVERSION_ID="12"\n', 'Debian GNU/Linux 12'],
    ["VERSION_ID=3.20.1\nNAME='Alpine Linux'\r\n", 'Alpine Linux 3.20.1'],
    ['NAME="Arch Linux"\nBUILD_ID=rolling\n', 'Arch Linux'],
    ['NAME="A \\"quoted\\" name"\n', 'A "quoted" name'],
    ['# NAME=no\nOTHER_NAME=no\n', ''],
    ['NAME=\n', ''],
    ['', ''],
  ] as const) {
    it(`of ${JSON.stringify(text)} is ${JSON.stringify(expected)}`, () => {
      assert.equal(parseOsRelease(text), expected);
    });
  }
});

describe('readOsName', () => {
  it('follows a link at etc/os-release below the root, and falls back to usr/lib/os-release', (t) => {
    const root = temporaryFolder(t);
    assert.equal(readOsName(root), '');
    mkdirSync(join(root, 'usr/lib'), { recursive: true });
    writeFileSync(join(root, 'usr/lib/os-release'), 'NAME=Packaged');
    assert.equal(readOsName(root), 'Packaged');
    mkdirSync(join(root, 'etc/static'), { recursive: true });
    writeFileSync(join(root, 'etc/static/os-release'), 'NAME=Linked');
    symlinkSync('/etc/static/os-release', join(root, 'etc/os-release'));
    assert.equal(readOsName(root), 'Linked');
  });
});

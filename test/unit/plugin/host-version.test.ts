import assert from 'node:assert/strict';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { readHostVersion } from '#plugin/host-version.js';
import { HOST_VERSIONS } from '../../support/fake-host.js';
import { temporaryFolder } from '../../support/fixtures.js';
import { installHost, VERSION_STRINGS } from '../../support/plugin-rig.js';

for (const version of HOST_VERSIONS) {
  test(`${version} is reported with its commit, from any script of the package`, (t) => {
    const script = installHost(t, version);
    assert.equal(readHostVersion(script, '0.0.0'), VERSION_STRINGS[version]);
    const entry = join(dirname(script), 'dist', 'entry.js');
    writeFileSync(entry, '');
    assert.equal(readHostVersion(entry, '0.0.0'), VERSION_STRINGS[version]);
  });
}

test('a link in a bin folder is followed', (t) => {
  const link = join(temporaryFolder(t), 'openclaw');
  symlinkSync(installHost(t, '2026.3.13'), link);
  assert.equal(readHostVersion(link, undefined), VERSION_STRINGS['2026.3.13']);
});

test("another package's manifest on the way up is skipped", (t) => {
  const script = installHost(t, '2026.3.13');
  const inner = join(dirname(script), 'node_modules', 'inner');
  mkdirSync(inner, { recursive: true });
  writeFileSync(join(inner, 'package.json'), '{"name":"inner","version":"9.9.9"}');
  writeFileSync(join(inner, 'run.js'), '');
  assert.equal(readHostVersion(join(inner, 'run.js'), undefined), VERSION_STRINGS['2026.3.13']);
});

test('without a commit it is only the version', (t) => {
  const script = installHost(t, '2026.9.6');
  const buildInfo = join(dirname(script), 'dist', 'build-info.json');
  for (const text of ['{}', '{"commit":7}', 'garbage']) {
    writeFileSync(buildInfo, text);
    assert.equal(readHostVersion(script, undefined), 'OpenClaw 2026.9.6');
  }
  rmSync(buildInfo);
  assert.equal(readHostVersion(script, undefined), 'OpenClaw 2026.9.6');
});

test("if the package is not found, it is the version of the host's API, if that is one", (t) => {
  const stray = join(temporaryFolder(t), 'run.js');
  writeFileSync(stray, '');
  for (const path of [stray, '/no/such/file', '', undefined]) {
    assert.equal(readHostVersion(path, '2026.9.6'), 'OpenClaw 2026.9.6');
    assert.equal(readHostVersion(path, '0.0.0'), 'OpenClaw');
    assert.equal(readHostVersion(path, undefined), 'OpenClaw');
    assert.equal(readHostVersion(path, 7), 'OpenClaw');
  }
});

test('it is never longer than the Monitor accepts', (t) => {
  const script = installHost(t, '2026.9.6');
  writeFileSync(
    join(dirname(script), 'package.json'),
    JSON.stringify({ name: 'openclaw', version: '1'.repeat(500) }),
  );
  assert.equal(readHostVersion(script, undefined).length, 200);
  assert.equal(readHostVersion(undefined, '1'.repeat(500)).length, 200);
});

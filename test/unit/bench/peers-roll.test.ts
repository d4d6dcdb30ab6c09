import assert from 'node:assert/strict';
import { test } from 'node:test';
import { askVersion, describeCommand, findVersion } from '../../../bench/peers/roll.js';

test('the version is found in the output of each program', () => {
  const printed = {
    'node_exporter, version 1.5.0 (branch: debian/sid, revision: 1.5.0-1+b6)\n  build user: x': '1.5.0',
    'netdata v1.37.1\n': '1.37.1',
    'Usage: collectd [OPTIONS]\n\ncollectd 5.12.0.git, http://collectd.org/\n': '5.12.0.git',
    'Glances v3.3.1.1 with PsUtil v5.9.4\n': '3.3.1.1',
    'nginx version: nginx/1.22.1\n': '1.22.1',
    'Telegraf 1.29.2 (git: HEAD@d92d7073)\n': '1.29.2',
    'cc (Debian 12.2.0-14+deb12u1) 12.2.0\n': '12.2.0-14+deb12u1',
  };
  for (const [text, version] of Object.entries(printed)) assert.equal(findVersion(text), version);
  assert.equal(findVersion('no version here'), null);
});

test('a program that is not installed is reported as missing', () => {
  assert.deepEqual(askVersion(['no-such-program-anywhere', '--version']), { isThere: false, version: null });
  assert.deepEqual(askVersion([process.execPath, '--version']), {
    isThere: true,
    version: process.versions.node,
  });
});

test('a command is shown without run-specific folders and ports', () => {
  const command = [
    process.execPath,
    '/somewhere/dist/bench/loop.js',
    '-C',
    '/tmp/a/x.conf',
    '--at=127.0.0.1:9100',
  ];
  assert.equal(
    describeCommand(command, '/tmp/a'),
    'node dist/bench/loop.js -C FOLDER/x.conf --at=127.0.0.1:PORT',
  );
});

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '../support/fixtures.js';
import { SystemdMachine, whyNoMachine } from '../support/systemd-machine.js';

const MAKER = fileURLToPath(new URL('../../build/deb.js', import.meta.url));
const NAME = 'harborforge-monitor';
const skip =
  (spawnSync('dpkg-deb', ['--version']).status !== 0 && 'dpkg is not installed') || (whyNoMachine() ?? false);

const OPERATIONS = fileURLToPath(new URL('../../../docs/operations.md', import.meta.url));

describe('the Debian package', { skip }, () => {
  const folder = temporaryFolder({ after: (end) => after(end) });
  let file = '';
  before(() => {
    file = execFileSync(process.execPath, [MAKER, folder], { encoding: 'utf8' }).trim();
  });
  const boot = (t: TestContext) => SystemdMachine.boot(t, [], join(folder, file));

  it('installs, upgrades and goes away again', async (t) => {
    const machine = await boot(t);
    // On a machine whose Node did not come as a package, too.
    const dpkg = (...words: string[]): string => machine.run('dpkg', '--force-depends', ...words);
    const exists = (path: string): boolean => machine.run('ls', '-d', path) === `${path}\n`;

    dpkg('--install', `/root/${file}`);
    assert.equal(machine.run('systemctl', 'is-enabled', NAME), 'enabled\n');
    assert.equal(machine.show('ActiveState'), 'active');
    assert.match(machine.get(7311, '/telemetry'), /^200 /);
    assert.match(machine.journal, /heartbeats are off/);
    assert.equal(machine.run(NAME, '--version'), '0.1.0\n');
    assert.equal(machine.run('dpkg', '--verify', NAME), '');
    assert.ok(exists(`/usr/share/man/man8/${NAME}.8.gz`));
    assert.ok(exists(`/usr/share/bash-completion/completions/${NAME}`));
    assert.ok(exists(`/usr/share/zsh/vendor-completions/_${NAME}`));
    const first = machine.show('MainPID');

    machine.run('sh', '-c', `(umask 077; echo the-key >/etc/${NAME}/api-key)`);
    const settings = `/etc/default/${NAME}`;
    machine.run('sed', '-i', 's/^#MONITOR_PORT=7311/MONITOR_PORT=7313/', settings);
    dpkg('--install', `/root/${file}`);
    assert.notEqual(machine.show('MainPID'), first);
    assert.match(machine.get(7313, '/telemetry'), /^200 /);

    dpkg('--remove', NAME);
    assert.equal(machine.show('ActiveState'), 'inactive');
    assert.equal(machine.show('LoadState'), 'not-found');
    assert.ok(!exists(`/usr/bin/${NAME}`) && !exists(`/usr/lib/${NAME}`));
    assert.ok(exists(settings) && exists(`/etc/${NAME}/api-key`));

    const dumps = `/var/lib/private/${NAME}`;
    assert.ok(exists(dumps));
    dpkg('--purge', NAME);
    assert.ok(!exists(settings) && !exists(`/etc/${NAME}`));
    assert.ok(!exists(`/var/lib/${NAME}`) && !exists(dumps));
    assert.doesNotMatch(machine.run('dpkg', '--list', NAME), /^[a-z]i/m);
  });

  it('is operated as the documentation says, command by command', async (t) => {
    const machine = await boot(t);
    const blocks = [...readFileSync(OPERATIONS, 'utf8').matchAll(/^```sh\n(.*?)^```$/gms)].map(
      ([, block]) => block!,
    );
    assert.ok(blocks.length >= 7, 'the page has lost its commands');
    for (const block of blocks) {
      // The machine's root is an overlay, which has to be asked for.
      const output = machine.run(
        'env',
        'MONITOR_DISK_PATH=/',
        'bash',
        '-c',
        `cd /root; ( set -e\n${block}\n); code=$?; echo; echo "ended with $code"`,
      );
      assert.match(output, /^ended with 0$/m, `${block}\n${output}`);
    }
  });
});

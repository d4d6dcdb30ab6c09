import assert from 'node:assert/strict';
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { PROGRAM_PATH } from '../../src/shared/program-path.js';
import { healthWhen, telemetryWhen } from '../support/bridge-client.js';
import { stopInside } from '../support/container.js';
import { DaemonProcess } from '../support/daemon-process.js';
import { whyNoNamespace, withMounts } from '../support/fault-namespace.js';
import { temporaryFolder } from '../support/fixtures.js';
import { type Watched, watchPrograms, whyNoStrace } from '../support/started-programs.js';

/** What starts the daemon itself. */
const LAUNCHERS = ['/usr/bin/env', '/bin/env', process.execPath];
/** /proc/cpuinfo of a CPU that the kernel has no name for. */
const ARM_CPU = 'processor\t: 0\nFeatures\t: fp asimd\nCPU implementer\t: 0x41\nCPU part\t: 0xd0c\n\n';

/** The names in the table of SECURITY.md, in the rows of all and of `who`. */
function listedFor(who: string): string[] {
  const text = readFileSync(fileURLToPath(new URL('../../../SECURITY.md', import.meta.url)), 'utf8');
  const [, section = ''] = /^## Programs that it starts\n(.*?)^## /ms.exec(text) ?? [];
  const rows = section
    .split('\n')
    .filter((line) => ['| daemon and all commands |', `| ${who} |`].some((start) => line.startsWith(start)));
  assert.ok(rows.length > 0, 'no table');
  return rows.flatMap((row) =>
    Array.from((row.split('|')[2] ?? '').matchAll(/`([^`]+)`/g), ([, name = '']) => name),
  );
}

/** Checks that all programs that were executed are in the table, and come from system folders. */
function assertListed({ tripped, executed }: Watched, who: string): string[] {
  assert.deepEqual(tripped(), []);
  const programs = executed().filter((path) => !LAUNCHERS.includes(path));
  const folders = PROGRAM_PATH.split(':');
  for (const path of programs) assert.ok(folders.includes(dirname(path)), path);
  const names = [...new Set(programs.map((path) => basename(path)))].sort();
  const listed = listedFor(who);
  assert.deepEqual(
    names.filter((name) => !listed.includes(name)),
    [],
  );
  return names;
}

/** Runs the daemon until it knows the host, and then to its end. */
async function runDaemon(
  t: TestContext,
  { wrapper }: Watched,
  env: Readonly<Record<string, string>> = {},
  outer: readonly string[] = [],
) {
  const daemon = new DaemonProcess({ MONITOR_IDENTIFIER: 'host', ...env }, [], [], [...outer, ...wrapper]);
  t.after(() => void stopInside(daemon, 'SIGKILL'));
  const port = Number(new URL(await daemon.address()).port);
  const telemetry = await telemetryWhen(port, ({ disk_pct }) => disk_pct !== null);
  const { host } = await healthWhen(port, (health) => health.host !== null);
  return { daemon, telemetry, host };
}

describe('of all programs, none from the PATH that it was started with, and none that is not listed', {
  skip: whyNoStrace() ?? false,
  concurrency: 2,
}, () => {
  it('is started by the daemon, which starts none at all on a host whose files say all', async (t) => {
    const watched = watchPrograms(t);
    const { daemon, telemetry, host } = await runDaemon(t, watched);
    // It looks for nginx along that PATH all the same.
    assert.equal(telemetry['nginx_installed'], true);
    assert.equal(await stopInside(daemon), 0);
    const names = assertListed(watched, 'daemon');
    assert.ok(host !== null);
    if (/^model name/m.test(readFileSync('/proc/cpuinfo', 'utf8'))) assert.deepEqual(names, []);
  });

  it('is started by a daemon that has a backend, a key file, another procfs and a service manager', async (t) => {
    const folder = temporaryFolder(t);
    const watched = watchPrograms(t);
    const keyFile = join(folder, 'key');
    writeFileSync(keyFile, 'key', { mode: 0o600 });
    symlinkSync('/proc', join(folder, 'proc'));
    const { daemon } = await runDaemon(t, watched, {
      MONITOR_BACKEND_URL: 'https://backend.invalid',
      MONITOR_API_KEY_FILE: keyFile,
      MONITOR_PROCFS: join(folder, 'proc'),
      // Nobody listens there, which is logged.
      NOTIFY_SOCKET: join(folder, 'notify'),
    });
    await daemon.line((line) => line['condition'] === 'heartbeat');
    await daemon.line(({ msg }) => /systemd/.test(msg ?? ''));
    assert.equal(await stopInside(daemon), 0);
    assert.ok(assertListed(watched, 'daemon').includes('getent'));
  });

  it('is started by a daemon that asks systeminformation for the name of the CPU', {
    skip: whyNoNamespace() ?? false,
  }, async (t) => {
    const cpuinfo = join(temporaryFolder(t), 'cpuinfo');
    writeFileSync(cpuinfo, ARM_CPU);
    const watched = watchPrograms(t);
    const outer = withMounts([{ source: cpuinfo, target: '/proc/cpuinfo' }]);
    const { daemon, host } = await runDaemon(t, watched, {}, outer);
    assert.equal((host as { cpu_cores?: number } | null)?.cpu_cores, 1);
    assert.equal(await stopInside(daemon), 0);
    assert.ok(assertListed(watched, 'daemon').includes('sh'));
  });

  for (const words of [['once'], ['doctor'], ['health'], ['history'], ['config'], ['--help']]) {
    it(`is started by ${words}`, async (t) => {
      const keyFile = join(temporaryFolder(t), 'key');
      writeFileSync(keyFile, 'key', { mode: 0o600 });
      const watched = watchPrograms(t);
      const env = { MONITOR_API_KEY_FILE: keyFile, MONITOR_BRIDGE_TOKEN_FILE: keyFile };
      const daemon = new DaemonProcess(env, words, [], watched.wrapper);
      t.after(() => void stopInside(daemon, 'SIGKILL'));
      await daemon.exited;
      const names = assertListed(watched, `\`${words[0]}\``);
      if (words[0] === 'doctor') assert.ok(names.includes('df'), names.join());
    });
  }
});

import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Scope, temporaryFolder } from './fixtures.js';
import { until } from './until.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const INIT = '/lib/systemd/systemd';
const UNIT = 'harborforge-monitor';
/** The machine's root is an overlay, as a container's is; the daemon wants to be asked for such a disk. */
const ASKED_FOR = 'Environment=MONITOR_DISK_PATH=/';

/**
 * Brings up a machine of its own within this one: namespaces, a root in which what is written stays in memory, the daemon where a package
 * would put it, and systemd. $1 an empty folder, $2 the project, $3 Node, $4 a package that is laid into /root in the daemon's place, or ''.
 */
const BOOT = `
set -eu
mount -t tmpfs none "$1"; mkdir "$1/upper" "$1/work" "$1/root"; root=$1/root
mount -t overlay none -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" "$root"
mount -t proc none "$root/proc"; mount -t sysfs -o ro none "$root/sys"
mount -t tmpfs none "$root/sys/fs/cgroup"; mount -t cgroup2 none "$root/sys/fs/cgroup"
mount -t tmpfs none "$root/run"; mount -t tmpfs none "$root/tmp"; mount --rbind /dev "$root/dev"
touch "$root/usr/local/bin/node"; mount --bind "$3" "$root/usr/local/bin/node"
rm -f "$root"/etc/systemd/system/*.wants/* "$root/usr/sbin/policy-rc.d"
if [ -n "$4" ]; then
  cp "$4" "$root/root/"
else
  lib=$root/usr/lib/${UNIT}; mkdir -p "$lib/node_modules" "$root/etc/${UNIT}"
  cp -r "$2/bundle" "$2/package.json" "$lib/"; cp -rL "$2/node_modules/@uwsjs" "$lib/node_modules/"
  chmod -R go=rX "$lib"
  ln -s "../lib/${UNIT}/bundle/src/main.js" "$root/usr/bin/${UNIT}"
  cp "$2/deploy/${UNIT}.service" "$root/etc/systemd/system/"
  (umask 077; echo the-key >"$root/etc/${UNIT}/api-key")
fi
cd "$root"; pivot_root . mnt
exec env -i container=test /bin/sh -c 'umount -l /mnt; mount --make-rshared /; exec ${INIT} --unit=basic.target --show-status=no'
`;

/** Why no such machine can be made here; null: one can. */
export function whyNoMachine(): string | null {
  if (spawnSync(INIT, ['--version']).status !== 0) return 'systemd is not installed';
  const { status, stderr } = spawnSync(
    'unshare',
    ['--mount', '--pid', '--fork', 'mount', '-t', 'cgroup2', 'none', '/mnt'],
    {
      encoding: 'utf8',
    },
  );
  return status === 0 ? null : `no machine of its own can be made: ${stderr.trim()}`;
}

/** A machine that runs systemd, with the daemon installed and not started, or a package of it at hand. It ends with the test. */
export class SystemdMachine {
  readonly #child: ChildProcess;
  #pid = '';

  private constructor(folder: string, deb: string) {
    const namespaces = ['--mount', '--pid', '--fork', '--kill-child', '--uts', '--ipc', '--cgroup', '--net'];
    const words = ['sh', '-c', BOOT, 'sh', folder, ROOT, process.execPath, deb];
    this.#child = spawn('unshare', [...namespaces, '--propagation', 'private', ...words], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  }

  /** Starts one, with `settings` on top of the unit's own. With a `deb`, that lies in /root, and no daemon is there yet. */
  static async boot(t: Scope, settings: readonly string[], deb = ''): Promise<SystemdMachine> {
    const machine = new SystemdMachine(temporaryFolder(t), deb);
    const { pid } = machine.#child;
    const ended = once(machine.#child, 'exit');
    t.after(async () => {
      machine.#child.kill('SIGKILL');
      await ended;
    });
    machine.#pid = await until('the machine to be made', () => {
      const [first = ''] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ');
      return first !== '' && readFileSync(`/proc/${first}/comm`, 'utf8') === 'systemd\n' ? first : null;
    });
    await until('systemd to be up', () =>
      machine.run('systemctl', 'is-system-running').startsWith('running'),
    );
    const dropIn = `/run/systemd/system/${UNIT}.service.d/test.conf`;
    machine.run('mkdir', '-p', dirname(dropIn));
    machine.run('sh', '-c', `printf '%s\\n' "$@" >${dropIn}`, 'sh', '[Service]', ASKED_FOR, ...settings);
    machine.run('systemctl', 'daemon-reload');
    return machine;
  }

  /** Runs a program in it, and returns what it prints; a failure of it is printed as well. */
  run(...words: readonly string[]): string {
    const into = [
      '-t',
      this.#pid,
      '--mount',
      '--pid',
      '--uts',
      '--ipc',
      '--cgroup',
      '--net',
      '--root',
      '--wd',
    ];
    const { stdout, stderr } = spawnSync('nsenter', [...into, ...words], { encoding: 'utf8' });
    return `${stdout}${stderr}`;
  }

  /** What is answered in it on that port: the status, and the body behind it. */
  get(port: number, path: string): string {
    const program = `fetch('http://127.0.0.1:${port}${path}').then(async (a) => console.log(a.status, await a.text()), (e) => console.log(String(e)))`;
    return this.run('node', '-e', program);
  }

  /** What systemd says of the daemon. */
  show(property: string): string {
    return this.run('systemctl', 'show', UNIT, '--value', '--property', property).trim();
  }

  /** `start`, `stop` or the like; returns when it is done, what was said against it. */
  systemctl(verb: string): string {
    return this.run('systemctl', verb, UNIT);
  }

  /** Sends the daemon's main process a signal. */
  kill(signal: string): void {
    this.run('kill', `-${signal}`, this.show('MainPID'));
  }

  /** All that the daemon has logged. */
  get journal(): string {
    return this.run('journalctl', '--unit', UNIT, '--output', 'cat', '--no-pager');
  }
}

/** systemd's own judgement of the unit: what it says against it, and how exposed the service is (0 to 10). */
export function judgeUnit(): { complaints: string; exposure: number } {
  const unit = `${ROOT}deploy/${UNIT}.service`;
  const { stdout, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', unit], { encoding: 'utf8' });
  const security = execFileSync('systemd-analyze', ['security', '--offline=true', unit], {
    encoding: 'utf8',
  });
  return {
    complaints: `${stdout}${stderr}`,
    exposure: Number(/Overall exposure level for \S+: ([\d.]+)/.exec(security)?.[1]),
  };
}

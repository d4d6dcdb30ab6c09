import { execFileSync, spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { DaemonProcess } from './daemon-process.js';
import { fixturePath } from './fixtures.js';

/** What the container's own /proc tells, as lxcfs has it do: of another machine than this. */
const OWN_MACHINE = 'lxcfs';
const MASKED = ['stat', 'meminfo', 'loadavg', 'uptime'];
const PROJECT = fileURLToPath(new URL('../../../', import.meta.url));

/** What the container and the host are called, and what nginx serves on each. */
export const CONTAINER = { name: 'c0ffee123456', site: 'of-the-container', os: 'Contained Linux 1' } as const;
export const HOST = { name: 'host.example', site: 'of-the-host' } as const;

/** How the container is made. */
export interface ContainerOptions {
  /** What its root is. Default: an overlay. */
  readonly root?: 'overlay' | 'tmpfs';
  /** Whether its root can't be written to. */
  readonly isReadOnly?: boolean;
  /** Whether its processes are nobody's, not root's. */
  readonly isUnprivileged?: boolean;
  /** Folders of the host to be mounted below /host, beside its /proc and its root. */
  readonly mounts?: Readonly<Record<string, string>>;
}

/** A container made of namespaces: the daemon's program and its libraries, and the trees of the host at /host/proc and /host/root. */
export interface Container {
  /** The command that runs what is put behind it inside. */
  readonly wrapper: readonly string[];
}

/** Why there can be no container here; null: there can. */
export function whyNoContainer(): string | null {
  const script =
    'mount -t tmpfs none /mnt; mkdir /mnt/l /mnt/m; mount -t overlay -o lowerdir=/etc:/mnt/l none /mnt/m';
  const { error, status, stderr } = spawnSync(
    'unshare',
    ['--mount', '--uts', '--pid', '--fork', 'sh', '-ec', script],
    { encoding: 'utf8' },
  );
  if (error !== undefined) return 'unshare is not installed';
  return status === 0 ? null : `no container can be made: ${stderr.trim()}`;
}

/**
 * Makes one. Its own /proc tells of another machine, it has another name, another system and other sites than the host, and no /dev, no
 * shell and, but for the project if that is there, no /tmp. All mounts are its own, and gone with its last process.
 */
export function createContainer(t: TestContext, options: ContainerOptions = {}): Container {
  const folder = mkdtempSync(join(tmpdir(), 'monitor-container-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const image = join(folder, 'image');
  const hostEtc = join(folder, 'host-etc');
  const root = join(folder, 'root');
  for (const path of ['root', 'scratch']) mkdirSync(join(folder, path));
  for (const path of ['proc', 'host/proc', 'host/root', 'host/empty'])
    mkdirSync(join(image, path), { recursive: true });

  writeTree(join(image, 'etc'), {
    hostname: `${CONTAINER.name}\n`,
    'os-release': 'NAME="Contained Linux"\nVERSION_ID=1\n',
    [`nginx/sites-enabled/${CONTAINER.site}`]: '',
  });
  // On the host the way to the sites is by a link that is absolute, and that leads to those of the container if it is followed here.
  writeTree(hostEtc, { hostname: `# by hand\n${HOST.name}\n`, [`nginx/enabled/${HOST.site}`]: '' });
  symlinkSync('/etc/nginx/enabled', join(hostEtc, 'nginx/sites-enabled'));
  symlinkSync('/host/empty', join(image, 'etc/nginx/enabled'));

  const binds = new Map<string, string>();
  const bind = (source: string, target = source): void => void binds.set(target, source);
  for (const file of ['/usr/bin/env', process.execPath].flatMap(withLibraries)) {
    writeTree(image, { [relative('/', file)]: '' });
    bind(file);
  }
  for (const path of [PROJECT, realpathSync(join(PROJECT, 'node_modules'))]) {
    mkdirSync(join(image, path), { recursive: true });
    bind(path);
  }
  bind('/proc', '/host/proc');
  bind('/', '/host/root');
  for (const [name, source] of Object.entries(options.mounts ?? {})) {
    mkdirSync(join(image, 'host', name));
    bind(source, `/host/${name}`);
  }

  const script = [
    `cd '${folder}'`,
    'mount -t tmpfs none scratch',
    'mkdir scratch/upper scratch/work',
    options.root === 'tmpfs'
      ? 'mount -t tmpfs -o mode=755 none root; cp -a image/. root'
      : 'mount -t overlay -o lowerdir=image,upperdir=scratch/upper,workdir=scratch/work none root',
    'mount -t proc none root/proc',
    ...MASKED.map((file) => `mount --bind '${fixturePath('proc', OWN_MACHINE, file)}' root/proc/${file}`),
    ...[...binds].map(([target, source]) => `mount --bind '${source}' 'root${target}'`),
    'mount -t overlay -o lowerdir=host-etc:/etc none root/host/root/etc',
    `echo ${CONTAINER.name} > /proc/sys/kernel/hostname`,
    ...(options.isReadOnly === true ? ['mount -o remount,bind,ro root'] : []),
    `exec chroot ${options.isUnprivileged === true ? '--userspec=65534:65534 ' : ''}'${root}' "$@"`,
  ].join('\n');
  const wrapper = [
    'unshare',
    '--mount',
    '--uts',
    '--pid',
    '--fork',
    '--kill-child',
    'sh',
    '-ec',
    script,
    'sh',
  ];
  return { wrapper };
}

/** Runs the daemon's program inside to its end. */
export async function runInside(
  { wrapper }: Container,
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<{ code: number | string; stdout: readonly string[]; stderr: readonly string[] }> {
  const daemon = new DaemonProcess({ MONITOR_DISK_PATH: undefined, ...env }, args, [], wrapper);
  const timer = setTimeout(() => void stopInside(daemon, 'SIGKILL'), 30_000);
  const code = await daemon.exited;
  clearTimeout(timer);
  const linesOf = (text: string) => text.split('\n').filter((line) => line !== '');
  return { code, stdout: daemon.lines.map(({ msg = '' }) => msg), stderr: linesOf(daemon.stderr) };
}

/** The number, as it is seen from here, of the process inside that `unshare` waits for; null: it has ended. */
export function pidInside({ child }: DaemonProcess): number | null {
  // By now another may have its number.
  if (child.exitCode !== null || child.signalCode !== null) return null;
  try {
    const [pid = ''] = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').split(' ');
    return pid === '' ? null : Number(pid);
  } catch {
    return null;
  }
}

/** Ends a daemon inside by `signal`, and resolves with how it ended. `unshare`, which is outside, passes no signal on. */
export function stopInside(
  daemon: DaemonProcess,
  signal: NodeJS.Signals = 'SIGTERM',
): Promise<number | string> {
  const pid = pidInside(daemon);
  if (pid === null) daemon.child.kill(signal);
  else process.kill(pid, signal);
  return daemon.exited;
}

function writeTree(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}

/** A program, the dynamic linker that it names (here it may be loaded by another) and all that is loaded for it, as absolute paths. */
function withLibraries(program: string): string[] {
  const text = execFileSync('ldd', [program], { encoding: 'utf8' });
  return [program, ...Array.from(text.matchAll(/\s(\/\S+)/g), ([, path = '']) => path)];
}

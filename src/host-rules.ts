import { join } from 'node:path';
import type { HostLook, Silent } from './host-look.js';
import type { ProcfsLook, RootfsLook } from './shared/messages.js';
import type { Unanswered } from './silent-files.js';

/** One of the host's trees as it was set. `name`: of the flag or variable. */
export interface TreeSetting {
  readonly path: string;
  readonly name: string;
  readonly isGiven: boolean;
}

/** The settings that hang on where the daemon is started. */
export interface HostSettings {
  readonly procfs: TreeSetting;
  readonly rootfs: TreeSetting;
  readonly isDiskPathGiven: boolean;
  readonly isIdentifierGiven: boolean;
}

/** What follows from them, in a line each. */
export interface HostJudgement {
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
  readonly findings: readonly string[];
  /** What gave no answer. */
  readonly unanswered: readonly Unanswered[];
  /**
   * What the host is called where no identifier was given, and where that is from; null: that is not known before a tree answers. With
   * `problems` it may be anything.
   */
  readonly hostname: string | null;
  readonly hostnameOrigin: string;
}

/** Container runtimes name a container after the first half of its number. */
const CONTAINER_NAME = /^[0-9a-f]{12}$/;
const PROCFS = "the host's proc file system";
const ROOTFS = "the host's root file system";
const MOUNTED_EXAMPLE = 'docker run -v /:/host/root:ro,rslave -v /proc:/host/proc:ro';

/**
 * Judges what was found where the daemon is started: every number shall be the host's, or be asked for. What is not there or is something
 * else is refused; what gives no answer is not, since it may at any time. Throws nothing.
 */
export function judgeHost(host: HostLook, settings: HostSettings): HostJudgement {
  const judgement: Lines = { problems: [], warnings: [], findings: [], unanswered: [] };
  judgeProcfs(host, settings, judgement);
  judgeRootfs(host, settings, judgement);
  return { ...judgement, ...nameHost(host, settings, judgement) };
}

type Lines = { problems: string[]; warnings: string[]; findings: string[]; unanswered: Unanswered[] };

/** The look, if there is something to it; else says why not, and returns null. */
function sound<Look extends ProcfsLook | RootfsLook>(
  setting: 'procfs' | 'rootfs',
  { name, path }: TreeSetting,
  what: string,
  look: Look | Silent | null,
  { problems, unanswered }: Lines,
): Look | null {
  if (look === null) return null;
  const expected = `${name}: expected ${what}, got ${JSON.stringify(path)}`;
  if ('silent' in look) unanswered.push({ setting, text: `${expected}, ${look.silent}` });
  else if (look.problem !== null) problems.push(`${expected}, ${look.problem}`);
  else return look;
  return null;
}

function judgeProcfs(host: HostLook, { procfs, rootfs }: HostSettings, lines: Lines): void {
  const look = sound('procfs', procfs, PROCFS, host.procfs, lines);
  if (look === null) return;
  const isForgotten = !procfs.isGiven && host.rootfs !== null;
  if (look.masked.length > 0) {
    const expected = `${procfs.name}: expected ${PROCFS}, got ${JSON.stringify(procfs.path)}`;
    const masked = `${expected}, in which other file systems are mounted over ${look.masked.join(', ')}`;
    // A machine that is a container itself, as some rented ones are, has such files and no others.
    if (isForgotten) lines.problems.push(`${masked}: set it, since ${rootfs.name} is set`);
    else lines.warnings.push(`${masked}: what they tell may be of a container`);
  } else if (isForgotten) {
    lines.warnings.push(
      `${procfs.name}: is not set, but ${rootfs.name} is; CPU, memory, load and uptime are what ${procfs.path} here tells`,
    );
  }
  lines.findings.push(`${procfs.name}: ${JSON.stringify(procfs.path)} has the counters of a kernel`);
}

function judgeRootfs(host: HostLook, settings: HostSettings, lines: Lines): void {
  const { procfs, rootfs, isDiskPathGiven } = settings;
  const look = sound('rootfs', rootfs, ROOTFS, host.rootfs, lines);
  const isAsked = isDiskPathGiven || !host.isRootOverlay;
  if (look?.isOnOwnRoot === true && !isAsked) {
    lines.problems.push(
      `${rootfs.name}: expected ${ROOTFS}, got ${JSON.stringify(rootfs.path)}, which is a folder in the overlay of this container: mount it (${MOUNTED_EXAMPLE}), or set MONITOR_DISK_PATH`,
    );
  } else if (look !== null) {
    lines.findings.push(`${rootfs.name}: ${JSON.stringify(rootfs.path)} has a root file system`);
  }
  if (rootfs.path !== '/') return;
  if (!isAsked) {
    lines.problems.push(
      `MONITOR_DISK_PATH: expected a path on the host's disk, got "/" by default, which is an overlay, as the root of a container is: in one, mount the host's root and proc (${MOUNTED_EXAMPLE}) and set MONITOR_ROOTFS=/host/root and MONITOR_PROCFS=/host/proc; if this overlay is meant, set MONITOR_DISK_PATH=/`,
    );
  } else if (!rootfs.isGiven && host.procfs !== null) {
    lines.warnings.push(
      `${rootfs.name}: is not set, but ${procfs.name} is; disk, nginx and the host's name are those of ${rootfs.path} here`,
    );
  }
  if (isAsked)
    lines.findings.push(`MONITOR_DISK_PATH: ${isDiskPathGiven ? 'as asked for' : '"/" is no overlay'}`);
}

/**
 * What the host is called. A container has a name of its own, which is another one each time: it must not become the identifier, nor
 * does /proc/sys/kernel/hostname of the host's procfs help, which tells everybody the name of the namespace that he is in.
 */
function nameHost(
  host: HostLook,
  { rootfs, isIdentifierGiven }: HostSettings,
  { problems, warnings, unanswered }: Lines,
): Pick<HostJudgement, 'hostname' | 'hostnameOrigin'> {
  const own = { hostname: host.hostname, hostnameOrigin: 'host name' };
  if (isIdentifierGiven || host.isHostnameOfMachine) return own;
  const look = host.rootfs;
  if (look === null) {
    if (host.isRootOverlay || CONTAINER_NAME.test(host.hostname))
      warnings.push(
        `MONITOR_IDENTIFIER: the host name, ${JSON.stringify(host.hostname)}, is a container's own; set a name that stays`,
      );
    return own;
  }
  // Why there is no root was said.
  if ('problem' in look && look.problem !== null) return own;
  if ('hostname' in look && look.hostname !== null)
    return { hostname: look.hostname, hostnameOrigin: join(rootfs.path, 'etc/hostname') };
  const expected = (why: string): string =>
    `MONITOR_IDENTIFIER: expected to be set, since the host's name can't be had from ${JSON.stringify(rootfs.path)}, ${why}, and the container's own is not the host's`;
  if ('silent' in look) {
    unanswered.push({ setting: 'identifier', text: expected(look.silent) });
    return { ...own, hostname: null };
  }
  problems.push(expected('which has no name in etc/hostname'));
  return own;
}

import { join } from 'node:path';
import type { HostLook, Silent } from './host-look.js';
import type { ProcfsLook, RootfsLook } from './shared/messages.js';
import type { Unanswered } from './silent-files.js';

/** One of the host's trees as configured. `name`: its flag or variable. */
export interface TreeSetting {
  readonly path: string;
  readonly name: string;
  readonly isGiven: boolean;
}

/** The settings that depend on where the daemon runs. */
export interface HostSettings {
  readonly procfs: TreeSetting;
  readonly rootfs: TreeSetting;
  readonly isDiskPathGiven: boolean;
  readonly isIdentifierGiven: boolean;
}

/** The verdict on them. Each text is one line. */
export interface HostJudgement {
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
  readonly findings: readonly string[];
  /** Trees that did not answer. */
  readonly unanswered: readonly Unanswered[];
  /**
   * The host's name if no identifier was given, and its origin; null: unknown until a tree answers. Meaningless if there are `problems`.
   */
  readonly hostname: string | null;
  readonly hostnameOrigin: string;
}

/** Container runtimes set the host name to the first 12 hex digits of the container ID. */
const CONTAINER_NAME = /^[0-9a-f]{12}$/;
const PROCFS = "the host's proc file system";
const ROOTFS = "the host's root file system";
const MOUNTED_EXAMPLE = 'docker run -v /:/host/root:ro,rslave -v /proc:/host/proc:ro';

/**
 * Judges what was found out about where the daemon runs: every value must describe the host, or be set explicitly. A missing or wrong tree
 * is refused. A tree that does not answer is not refused, since it may answer at any time. Throws nothing.
 */
export function judgeHost(host: HostLook, settings: HostSettings): HostJudgement {
  const judgement: Lines = { problems: [], warnings: [], findings: [], unanswered: [] };
  judgeProcfs(host, settings, judgement);
  judgeRootfs(host, settings, judgement);
  return { ...judgement, ...nameHost(host, settings, judgement) };
}

type Lines = { problems: string[]; warnings: string[]; findings: string[]; unanswered: Unanswered[] };

/** Returns the look if the tree is usable; else records why not and returns null. */
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
    // A rented server may itself be a container: then it has only masked files.
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
 * Finds the host's name. A container's own name is different for each container, so it must not become the identifier.
 * /proc/sys/kernel/hostname of the host's procfs does not help: it returns the name of the reader's own UTS namespace.
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
  // `judgeRootfs` has reported this problem.
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

import { readdir, readFile, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../../src/shared/errors.js';
import type { ProcfsLook, RootfsLook } from '../../src/shared/messages.js';
import { CPU_FIELDS, parseStat } from '../proc/stat.js';
import { resolveBelow } from './below.js';

/** PROC_SUPER_MAGIC. Device numbers would not do: on an overlay, files have other ones than their folder. */
const PROC_FS = 0x9fa0;
/** The files read from a procfs. If another file system, such as lxcfs, is mounted over one, it reports a container's values. */
const KERNEL_FILES = ['stat', 'meminfo', 'loadavg', 'uptime', 'cpuinfo'];
/** Every root file system has at least one of these. */
const ROOT_FOLDERS = ['etc', 'usr'];

/** Checks whether the folder `path` contains a kernel's counters. May hang; throws nothing. */
export async function lookAtProcfs(path: string): Promise<ProcfsLook> {
  const problem = (await whyNoFolder(path)) ?? (await whyNoCounters(path));
  if (problem !== null) return { problem, masked: [] };
  const isOfKernel = (name: string) =>
    statfs(join(path, name)).then(
      ({ type }) => type === PROC_FS,
      // A missing file is not masked.
      () => true,
    );
  // A folder that stands in for another machine has no files of the kernel's.
  if (!(await isOfKernel(''))) return { problem: null, masked: [] };
  const areOfKernel = await Promise.all(KERNEL_FILES.map(isOfKernel));
  return { problem: null, masked: KERNEL_FILES.filter((_name, index) => !areOfKernel[index]) };
}

/** Checks whether the folder `path` is the root of a system, and reads its host name. May hang; throws nothing. */
export async function lookAtRootfs(path: string): Promise<RootfsLook> {
  const problem = (await whyNoFolder(path)) ?? (await whyNoRoot(path));
  if (problem !== null) return { problem, hostname: null, isOnOwnRoot: false };
  const [own, given] = await Promise.all([stat('/'), stat(path)]);
  return { problem: null, hostname: await readHostname(path), isOnOwnRoot: own.dev === given.dev };
}

async function whyNoFolder(path: string): Promise<string | null> {
  try {
    if (!(await stat(path)).isDirectory()) return 'which is no folder';
    return (await readdir(path)).length > 0 ? null : 'which is empty: nothing is mounted there';
  } catch (error) {
    return isMissing(error) ? 'which is not there' : `which can't be looked into: ${messageOf(error)}`;
  }
}

async function whyNoCounters(path: string): Promise<string | null> {
  let bytes: Buffer;
  try {
    bytes = await readFile(join(path, 'stat'));
  } catch (error) {
    return isMissing(error) ? 'which has no file "stat"' : `whose "stat" can't be read: ${messageOf(error)}`;
  }
  try {
    parseStat(bytes, bytes.length, new Float64Array(CPU_FIELDS.length));
    return null;
  } catch (error) {
    return `which is none: ${messageOf(error)}`;
  }
}

async function whyNoRoot(path: string): Promise<string | null> {
  const isFolder = (name: string) =>
    stat(join(path, name)).then(
      (status) => status.isDirectory(),
      () => false,
    );
  const areThere = await Promise.all(ROOT_FOLDERS.map(isFolder));
  return areThere.includes(true) ? null : 'which has neither etc/ nor usr/';
}

/** Reads the name in /etc/hostname; null if there is none. @see https://man7.org/linux/man-pages/man5/hostname.5.html */
async function readHostname(rootfs: string): Promise<string | null> {
  try {
    const text = await readFile(resolveBelow(rootfs, '/etc/hostname'), 'utf8');
    const lines = text.split('\n').map((line) => line.trim());
    return lines.find((line) => line !== '' && !line.startsWith('#')) ?? null;
  } catch {
    return null;
  }
}

function isMissing(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR';
}

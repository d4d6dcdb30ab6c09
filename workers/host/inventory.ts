import { readFileSync } from 'node:fs';
import { arch } from 'node:os';
import { join } from 'node:path';
import type { HostInventory, HostTrees } from '../../src/shared/messages.js';
import { parseCpuInfo } from './cpuinfo.js';
import { readOsName } from './os-release.js';
import { readVirtualization } from './virtualization.js';

/** The kernel's own view of its hardware, which a container shares with the host. */
const SYSFS = '/sys';

/**
 * Reads what machine this is from files, and adds which boot (as `readBootId` says). What they do not tell is left out. Only where
 * /proc/cpuinfo names no CPU, as on ARM, is `systeminformation` asked, which starts `lscpu` and others: once in the daemon's life, never in
 * a tick. Thread: inventory, since the trees and the programs may hang.
 * @throws what systeminformation throws
 */
export async function readInventory({ procfs, rootfs }: HostTrees, bootId: string): Promise<HostInventory> {
  const cpu = parseCpuInfo(readText(join(procfs, 'cpuinfo')));
  // Of another machine's CPU, or of one behind a masked file, it knows nothing.
  const model = cpu.model === '' && cpu.cores > 0 && procfs === '/proc' ? await askCpuModel() : cpu.model;
  return {
    ...known('os', readOsName(rootfs)),
    ...known('kernel', readText(join(procfs, 'sys/kernel/osrelease')).trim()),
    ...known('arch', arch()),
    ...known('cpu_model', model),
    ...known('cpu_cores', cpu.cores),
    ...known('boot_id', bootId),
    ...known('virtualization', readVirtualization(SYSFS, cpu.isGuest)),
  };
}

/** The CPU's name as `lscpu` decodes it; empty where that does not know it. */
async function askCpuModel(): Promise<string> {
  // Takes 8 MB.
  const { default: si } = await import('systeminformation');
  const { manufacturer, brand } = await si.cpu();
  return [manufacturer, brand].filter((word) => word !== '' && word !== 'unknown').join(' ');
}

/** Which boot of the kernel this is; empty when there is no telling, as in a masked proc file system. Thread: inventory. */
export function readBootId(procfs: string): string {
  const text = readText(join(procfs, 'sys/kernel/random/boot_id')).trim();
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text) ? text : '';
}

/** Empty when it can't be had. */
function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function known<Key extends string, Value>(key: Key, value: Value): { [K in Key]?: Value } {
  return value ? ({ [key]: value } as { [K in Key]: Value }) : {};
}

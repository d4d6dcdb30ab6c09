import { readFileSync } from 'node:fs';
import { arch } from 'node:os';
import { join } from 'node:path';
import type { HostInventory, HostTrees } from '../../src/shared/messages.js';
import { parseCpuInfo } from './cpuinfo.js';
import { readOsName } from './os-release.js';
import { readVirtualization } from './virtualization.js';

/** The kernel's view of its hardware, which a container shares with the host. */
const SYSFS = '/sys';

/**
 * Reads the host inventory from files and adds the boot ID (from `readBootId`). Unknown values are omitted. `systeminformation`, which
 * starts `lscpu` and other programs, is used only if /proc/cpuinfo names no CPU, as on ARM: at most once in the daemon's life, never in a
 * tick. Thread: inventory, since the trees and the programs may hang.
 * @throws any error of systeminformation
 */
export async function readInventory({ procfs, rootfs }: HostTrees, bootId: string): Promise<HostInventory> {
  const cpu = parseCpuInfo(readText(join(procfs, 'cpuinfo')));
  // systeminformation knows neither another machine's CPU nor one behind a masked file.
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

/** The CPU's name as decoded by `lscpu`; empty if unknown. */
async function askCpuModel(): Promise<string> {
  // Loaded lazily: it takes 8 MB.
  const { default: si } = await import('systeminformation');
  const { manufacturer, brand } = await si.cpu();
  return [manufacturer, brand].filter((word) => word !== '' && word !== 'unknown').join(' ');
}

/** The boot ID of the running kernel; empty if unknown, as in a masked procfs. Thread: inventory. */
export function readBootId(procfs: string): string {
  const text = readText(join(procfs, 'sys/kernel/random/boot_id')).trim();
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text) ? text : '';
}

/** Returns an empty text if the file cannot be read. */
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

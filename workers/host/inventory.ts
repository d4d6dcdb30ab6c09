import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import si from 'systeminformation';
import type { HostInventory, HostTrees } from '../../src/shared/messages.js';
import { parseCpuInfo } from './cpuinfo.js';
import { readOsName } from './os-release.js';

/**
 * Asks `systeminformation` what machine this is, and adds which boot (as `readBootId` says). Takes tens of milliseconds, and starts
 * processes: once in the daemon's life, never in a tick. What it does not know (it says '' and 0 then) is left out. Of a host whose trees are
 * mounted elsewhere it knows nothing: then they are read, and what they don't tell is left out. Thread: inventory.
 * @throws what systeminformation throws; it may hang, as the trees may, and whoever waits must end the thread
 */
export async function readInventory({ procfs, rootfs }: HostTrees, bootId: string): Promise<HostInventory> {
  const [os, cpu, system] = await Promise.all([si.osInfo(), si.cpu(), si.system()]);
  const isOwnProcfs = procfs === '/proc';
  const cpuInfo = parseCpuInfo(readText(join(procfs, 'cpuinfo')));
  const isGuest = system.virtual || cpuInfo.isGuest;
  return {
    ...known('os', rootfs === '/' ? [os.distro, os.release].filter(Boolean).join(' ') : readOsName(rootfs)),
    ...known('kernel', isOwnProcfs ? os.kernel : readText(join(procfs, 'sys/kernel/osrelease')).trim()),
    ...known('arch', os.arch),
    ...known(
      'cpu_model',
      isOwnProcfs ? [cpu.manufacturer, cpu.brand].filter(Boolean).join(' ') : cpuInfo.model,
    ),
    ...known('cpu_cores', isOwnProcfs ? cpu.cores : cpuInfo.cores),
    ...known('boot_id', bootId),
    ...known('virtualization', isGuest ? system.virtualHost || 'yes' : 'none'),
  };
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

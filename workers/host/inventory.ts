import si from 'systeminformation';
import type { HostInventory } from '../../src/shared/messages.js';

/**
 * Asks `systeminformation` what machine this is. Takes tens of milliseconds, and starts processes: once in the daemon's life,
 * never in a tick. What it does not know (it says '' and 0 then) is left out. Thread: inventory.
 * @throws what systeminformation throws; it may hang, and whoever waits must end the thread
 */
export async function readInventory(): Promise<HostInventory> {
  const [os, cpu, system] = await Promise.all([si.osInfo(), si.cpu(), si.system()]);
  return {
    ...known('os', [os.distro, os.release].filter(Boolean).join(' ')),
    ...known('kernel', os.kernel),
    ...known('arch', os.arch),
    ...known('cpu_model', [cpu.manufacturer, cpu.brand].filter(Boolean).join(' ')),
    ...known('cpu_cores', cpu.cores),
    ...known('virtualization', system.virtual ? system.virtualHost || 'yes' : 'none'),
  };
}

function known<Key extends string, Value>(key: Key, value: Value): { [K in Key]?: Value } {
  return value ? ({ [key]: value } as { [K in Key]: Value }) : {};
}

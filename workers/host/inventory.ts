import type { HostInventory } from '../../src/shared/messages.js';

/** `systeminformation` starts `lscpu` and the like, which may hang on a sick host. */
const TIMEOUT_MS = 5_000;

/**
 * Asks `systeminformation` what machine this is. Takes tens of milliseconds, and starts processes: once in the daemon's life,
 * never in a tick. What it does not know (it says '' and 0 then) is left out. Thread: disk lane, before its loop.
 * @throws what systeminformation throws, or an Error after five seconds
 */
export async function readInventory(): Promise<HostInventory> {
  // Loaded here, so that the thread that never asks does not hold it.
  const { default: si } = await import('systeminformation');
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`systeminformation gave no answer in ${TIMEOUT_MS} ms`)),
      TIMEOUT_MS,
    );
  });
  try {
    const [os, cpu, system] = await Promise.race([
      Promise.all([si.osInfo(), si.cpu(), si.system()]),
      timeout,
    ]);
    return {
      ...known('os', [os.distro, os.release].filter(Boolean).join(' ')),
      ...known('kernel', os.kernel),
      ...known('arch', os.arch),
      ...known('cpu_model', [cpu.manufacturer, cpu.brand].filter(Boolean).join(' ')),
      ...known('cpu_cores', cpu.cores),
      ...known('virtualization', system.virtual ? system.virtualHost || 'yes' : 'none'),
    };
  } finally {
    clearTimeout(timer);
  }
}

function known<Key extends string, Value>(key: Key, value: Value): { [K in Key]?: Value } {
  return value ? ({ [key]: value } as { [K in Key]: Value }) : {};
}

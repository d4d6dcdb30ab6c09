import { statfsSync } from 'node:fs';
import os from 'node:os';
import si from 'systeminformation';

/** Asks Node itself for what a tick tells, `times` times. */
export function askOs(times: number): void {
  for (let i = 0; i < times; i++) {
    os.cpus();
    os.totalmem();
    os.freemem();
    os.loadavg();
    os.uptime();
    statfsSync('/');
  }
}

/** Asks systeminformation for CPU, memory and file systems at once, `times` times, one after the other. */
export async function askSystemInformation(times: number): Promise<void> {
  for (let i = 0; i < times; i++) await Promise.all([si.currentLoad(), si.mem(), si.fsSize()]);
}

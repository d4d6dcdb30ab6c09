import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { TestContext } from 'node:test';

/** False when `program` is installed, else why its test is skipped. */
export function missing(program: string, ...args: string[]): string | false {
  return spawnSync(program, args).error === undefined ? false : `${program} is not installed`;
}

/** Runs `use` under a load of stress-ng, which is ended by its pid however `use` ends, and by itself after half a minute. */
export async function withLoad<Result>(
  t: TestContext,
  args: readonly string[],
  use: () => Promise<Result>,
): Promise<Result> {
  const load = spawn('stress-ng', ['--quiet', '--timeout', '30', ...args], { stdio: 'ignore' });
  const ended = once(load, 'exit');
  t.after(async () => {
    load.kill('SIGTERM');
    await ended;
  });
  try {
    return await use();
  } finally {
    load.kill('SIGTERM');
    await ended;
  }
}

/** Total and busy ticks of the first line of /proc/stat, written down anew and not from the Monitor's own parser. */
export function cpuTicks(): { total: number; busy: number } {
  const [user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0, steal = 0] =
    readFileSync('/proc/stat', 'utf8').split('\n')[0]!.split(/\s+/).slice(1).map(Number);
  const busy = user + nice + system + irq + softirq + steal;
  return { busy, total: busy + idle + iowait };
}

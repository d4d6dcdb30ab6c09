import { DaemonProcess } from './daemon-process.js';

/** What a command of the daemon's printed and how it ended. */
export interface Ended {
  readonly code: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the daemon's program to its end. For commands that end by themselves; one that does not is killed, and its code is 'SIGKILL'. */
export async function runOnce(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>> = {},
): Promise<Ended> {
  const daemon = new DaemonProcess({ MONITOR_PORT: undefined, ...env }, args);
  let stdout = '';
  daemon.child.stdout?.on('data', (bytes: Buffer) => {
    stdout += bytes.toString();
  });
  const timer = setTimeout(() => daemon.child.kill('SIGKILL'), 30_000);
  const code = await daemon.exited;
  clearTimeout(timer);
  return { code, stdout, stderr: daemon.stderr };
}

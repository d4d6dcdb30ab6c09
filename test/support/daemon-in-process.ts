import type { TestContext } from 'node:test';
import type { Config } from '../../src/config.js';
import { type Daemon, startDaemon } from '../../src/daemon.js';
import type { Cadences } from '../../src/sampling/works.js';
import { configOf } from './config-input.js';
import type { LogLine } from './daemon-process.js';
import { keepLog } from './log-lines.js';

/** A daemon inside the test's own process, for what must go faster than a real one's cadences. */
export interface DaemonInProcess {
  readonly daemon: Daemon;
  readonly port: number;
  readonly lines: readonly LogLine[];
  readonly config: Config;
}

/** Starts it on a free port, and stops it after the test. */
export async function startInProcess(
  t: TestContext,
  env: Readonly<Record<string, string>>,
  cadences: Partial<Cadences> = {},
): Promise<DaemonInProcess> {
  const config = configOf({ MONITOR_PORT: '0', ...env });
  const { log, lines } = keepLog();
  const daemon = await startDaemon({
    config,
    log,
    version: '0.1.0',
    env: process.env,
    onFatal: (error) => {
      throw error;
    },
    cadences: {
      diskMs: 100,
      diskStaleAfterMs: 2_000,
      nginxMs: 60_000,
      nginxStaleAfterMs: 180_000,
      ...cadences,
    },
  });
  t.after(() => daemon.stop());
  return { daemon, port: daemon.port, lines, config };
}

import type { TestContext } from 'node:test';
import { DaemonProcess, type LogLine } from './daemon-process.js';
import { ReferenceBackend } from './reference-backend.js';

export const API_KEY = 'k3y-that-must-not-be-seen';

/** Starts the reference backend; it ends with the test. */
export async function startBackend(t: TestContext, port = 0, extended = false): Promise<ReferenceBackend> {
  const backend = await ReferenceBackend.start({ apiKey: API_KEY, port, extended });
  t.after(() => backend.stop());
  return backend;
}

/** Starts the real daemon, which reports to `url` every second; it ends with the test. */
export function startReporting(
  t: TestContext,
  url: string | undefined,
  env: Readonly<Record<string, string | undefined>> = {},
): DaemonProcess {
  const daemon = new DaemonProcess({
    MONITOR_IDENTIFIER: 'vps.t1',
    MONITOR_REPORT_INTERVAL_SEC: '1',
    MONITOR_BACKEND_URL: url,
    MONITOR_API_KEY: API_KEY,
    ...env,
  });
  t.after(() => daemon.stop('SIGKILL'));
  return daemon;
}

/** The lines that were logged so far about the heartbeats' condition. */
export function heartbeatLines(daemon: DaemonProcess): LogLine[] {
  return daemon.lines.filter((line) => line['condition'] === 'heartbeat');
}

/** Resolves with the first line about the heartbeats' condition whose text fits. */
export function heartbeatLine(daemon: DaemonProcess, text: RegExp): Promise<LogLine> {
  return daemon.line((line) => line['condition'] === 'heartbeat' && text.test(line.msg ?? ''));
}

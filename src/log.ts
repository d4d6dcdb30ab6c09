import { destination, type Logger, type LoggerOptions, pino, stdTimeFunctions } from 'pino';

export type { Logger };

/** What must not be shown even if somebody hands it to the log. `Secret` hides itself; this is the second lock. */
const REDACTED = [
  'apiKey',
  'api_key',
  '*.apiKey',
  '*.api_key',
  'headers["x-api-key"]',
  '*.headers["x-api-key"]',
  'authorization',
];

/**
 * The daemon's log: one JSON object a line on standard output, written before the call returns, so that the last word of a dying process
 * is not lost. Thread: main only; the other threads count, and main says what changed.
 */
export function createLogger(level: string): Logger {
  const options: LoggerOptions = {
    level,
    base: null,
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: REDACTED, censor: '[hidden]' },
  };
  const out = destination({ fd: 1, sync: true });
  // Whoever read the log has gone, or the disk behind it is full: no reason to stop watching the host.
  out.on('error', () => {});
  return pino(options, out);
}

import { destination, type Logger, type LoggerOptions, pino, stdTimeFunctions } from 'pino';
import { detectFormat, formatEntry, type LogFormat, wantsColour } from './log-format.js';

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
 * The daemon's log on standard output, a line for each thing said, as whoever reads it there wants it; written before the call returns, so
 * that the last word of a dying process is not lost. Thread: main only; the other threads count, and main says what changed.
 * `format` is the setting's; `env` tells what is at the other end.
 */
export function createLogger(
  level: string,
  format: LogFormat | 'auto',
  env: Readonly<Record<string, string | undefined>>,
): Logger {
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
  const inForce = format === 'auto' ? detectFormat(env) : format;
  if (inForce === 'json') return pino(options, out);
  const inColour = wantsColour(env);
  return pino(options, { write: (json) => void out.write(formatEntry(json, inForce, inColour)) });
}

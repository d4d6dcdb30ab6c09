import { type Logger, type LoggerOptions, pino, stdTimeFunctions } from 'pino';
import { detectFormat, formatEntry, type LogFormat, wantsColour } from './log-format.js';
import type { LogOutput } from './log-output.js';

export type { Logger };

/** Never logged, even if passed to the log by mistake. `Secret` hides itself; this is a second safeguard. */
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
 * Creates the daemon's log. Thread: main only; the other threads keep counters, and main logs their changes. `format` is the setting; with
 * `auto`, `env` helps to detect who reads standard output.
 */
export function createLogger(
  level: string,
  format: LogFormat | 'auto',
  env: Readonly<Record<string, string | undefined>>,
  output: LogOutput,
): Logger {
  const options: LoggerOptions = {
    level,
    base: null,
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: REDACTED, censor: '[hidden]' },
  };
  const inForce = format === 'auto' ? detectFormat(env) : format;
  const inColour = wantsColour(env);
  const log = pino(options, { write: (json) => output.write(formatEntry(json, inForce, inColour)) });
  output.onLost = (lines) =>
    log.warn({ lines }, `dropped ${lines} log line${lines === 1 ? '' : 's'}: stdout was blocked`);
  return log;
}

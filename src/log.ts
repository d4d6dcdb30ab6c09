import { type Logger, type LoggerOptions, pino, stdTimeFunctions } from 'pino';
import { detectFormat, formatEntry, type LogFormat, wantsColour } from './log-format.js';
import type { LogOutput } from './log-output.js';

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
 * The daemon's log, a line for each thing said, as whoever reads it wants it. Thread: main only; the other threads count, and main says what
 * changed. `format` is the setting's; `env` tells what is at the other end.
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

import { pino } from 'pino';
import type { Logger } from '../../src/log.js';
import type { LogLine } from './daemon-process.js';

/** A log of all levels, and its lines as they come, without their times. */
export function keepLog(): { readonly log: Logger; readonly lines: LogLine[] } {
  const lines: LogLine[] = [];
  const log = pino(
    { level: 'trace', base: null, timestamp: false, formatters: { level: (label) => ({ level: label }) } },
    { write: (line: string) => void lines.push(JSON.parse(line) as LogLine) },
  );
  return { log, lines };
}

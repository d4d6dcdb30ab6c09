import { fstatSync } from 'node:fs';
import { isatty } from 'node:tty';

/** The log format. `json`: for programs. `journal`: for journald, which adds timestamps. `text`: for a person at a terminal. */
export type LogFormat = 'json' | 'journal' | 'text';

/** A log entry as pino writes it. */
interface Entry {
  readonly level: string;
  readonly time: string;
  readonly msg?: string;
  readonly err?: { readonly stack?: string };
  readonly [key: string]: unknown;
}

const STDOUT = 1;
/** The syslog priority of each pino level, for `journalctl --priority`. */
const PRIORITIES: Readonly<Record<string, number>> = {
  fatal: 2,
  error: 3,
  warn: 4,
  info: 6,
  debug: 7,
  trace: 7,
};
/** SGR: bold red, red, yellow, green, faint. */
const COLOURS: Readonly<Record<string, string>> = {
  fatal: '1;31',
  error: '31',
  warn: '33',
  info: '32',
  debug: '2',
  trace: '2',
};

/**
 * Detects who reads standard output: journald if JOURNAL_STREAM names this very file, a person if it is a terminal, else a program.
 * Source: systemd.exec(5).
 */
export function detectFormat(env: Readonly<Record<string, string | undefined>>): LogFormat {
  const { dev, ino } = fstatSync(STDOUT);
  if (env['JOURNAL_STREAM'] === `${dev}:${ino}`) return 'journal';
  return isatty(STDOUT) ? 'text' : 'json';
}

/** Whether to write colours: only to a terminal, and not with NO_COLOR or TERM=dumb. Source: no-color.org. */
export function wantsColour(env: Readonly<Record<string, string | undefined>>): boolean {
  return isatty(STDOUT) && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
}

/** Formats a line of JSON, which ends with a newline. An error's stack follows on lines of its own. */
export function formatEntry(json: string, format: LogFormat, inColour: boolean): string {
  if (format === 'json') return json;
  const { level, time, msg = '', err, ...rest } = JSON.parse(json) as Entry;
  const fields = Object.entries(rest).map(([key, value]) => ` ${key}=${shown(value)}`);
  const stack = err?.stack?.split('\n').slice(1) ?? [];
  const lines = [`${msg.replaceAll('\n', ' ')}${fields.join('')}`, ...stack];
  if (format === 'journal') return lines.map((line) => `<${PRIORITIES[level] ?? 6}>${line}\n`).join('');
  const name = level.padEnd(5);
  const [first, ...more] = lines;
  const shownLevel = inColour ? `\x1b[${COLOURS[level] ?? '0'}m${name}\x1b[0m` : name;
  return `${localTime(time)} ${shownLevel} ${first}\n${more.map((line) => `${line}\n`).join('')}`;
}

/** The time of day in the local time zone, as HH:MM:SS. */
function localTime(iso: string): string {
  const at = new Date(iso);
  return [at.getHours(), at.getMinutes(), at.getSeconds()]
    .map((part) => String(part).padStart(2, '0'))
    .join(':');
}

/** A value on one line, quoted if its end would otherwise be ambiguous. */
function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return /^[^\s"=]+$/.test(text) ? text : JSON.stringify(text);
}

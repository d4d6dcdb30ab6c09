import { fstatSync } from 'node:fs';
import { isatty } from 'node:tty';

/** How the log is written. `json`: for programs. `journal`: for journald, which has its own times. `text`: for a person at a terminal. */
export type LogFormat = 'json' | 'journal' | 'text';

/** What a log line is made of, as pino writes it. */
interface Entry {
  readonly level: string;
  readonly time: string;
  readonly msg?: string;
  readonly err?: { readonly stack?: string };
  readonly [key: string]: unknown;
}

const STDOUT = 1;
/** syslog's numbers of pino's levels, by which journald is asked for them (`journalctl --priority`). */
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
 * What standard output is read by: journald, where systemd says that it is connected to that very file; a person, where it is a terminal;
 * else a program. Source of JOURNAL_STREAM: systemd.exec(5).
 */
export function detectFormat(env: Readonly<Record<string, string | undefined>>): LogFormat {
  const { dev, ino } = fstatSync(STDOUT);
  if (env['JOURNAL_STREAM'] === `${dev}:${ino}`) return 'journal';
  return isatty(STDOUT) ? 'text' : 'json';
}

/** Whether a terminal is to be written to in colours. Source: no-color.org. */
export function wantsColour(env: Readonly<Record<string, string | undefined>>): boolean {
  return isatty(STDOUT) && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
}

/** Makes what is written of a line of JSON, which ends with a newline. An error's stack follows on lines of its own. */
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

/** Hours, minutes and seconds where the terminal is. */
function localTime(iso: string): string {
  const at = new Date(iso);
  return [at.getHours(), at.getMinutes(), at.getSeconds()]
    .map((part) => String(part).padStart(2, '0'))
    .join(':');
}

/** A value on one line; quoted where it would else not be clear where it ends. */
function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return /^[^\s"=]+$/.test(text) ? text : JSON.stringify(text);
}

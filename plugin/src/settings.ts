import { isRecord } from './host.js';
import { shown } from './shown.js';

/** The plugin's configuration, as it is in force. */
export interface Settings {
  readonly monitorPort: number;
  readonly reportIntervalSec: number;
  /** Null: the Monitor asks for no token. */
  readonly tokenFile: string | null;
}

/** What is in force, and a sentence for each value that could not be used. */
export interface CheckedSettings {
  readonly settings: Settings;
  readonly problems: readonly string[];
}

const DEFAULT_PORT = 7311;
const DEFAULT_INTERVAL_SEC = 30;
const MAX_PORT = 65_535;
const MAX_INTERVAL_SEC = 3_600;

/**
 * Reads the configuration as the host has it, whatever it is. The host does not check it (an invalid one would keep the gateway from
 * starting) and does not fill in defaults; both is done here. A value that can't be used is replaced by its default.
 */
export function readSettings(raw: unknown): CheckedSettings {
  const problems: string[] = [];
  if (raw !== undefined && raw !== null && !isRecord(raw)) {
    problems.push(`config: expected an object, got ${shownUnlessLong(raw)}; using the defaults`);
  }
  const values = isRecord(raw) ? raw : {};
  const number = (name: string, max: number, whole: boolean, fallback: number): number => {
    const given = values[name];
    if (isUnset(given)) return fallback;
    const value = typeof given === 'string' && /^\d+(\.\d+)?$/.test(given.trim()) ? Number(given) : given;
    const isSound = typeof value === 'number' && value >= 1 && value <= max;
    if (isSound && (!whole || Number.isInteger(value))) return value;
    const kind = whole ? 'a whole number' : 'a number';
    problems.push(
      `${name}: expected ${kind} from 1 to ${max}, got ${shownUnlessLong(given)}; using ${fallback}`,
    );
    return fallback;
  };
  const monitorPort = number('monitor_port', MAX_PORT, true, DEFAULT_PORT);
  const reportIntervalSec = number('reportIntervalSec', MAX_INTERVAL_SEC, false, DEFAULT_INTERVAL_SEC);
  const tokenFile = readTokenFile(values['monitor_bridge_token_file'], problems);
  return { settings: { monitorPort, reportIntervalSec, tokenFile }, problems };
}

function readTokenFile(given: unknown, problems: string[]): string | null {
  if (isUnset(given)) return null;
  if (typeof given === 'string' && given.startsWith('/') && !given.includes('\0')) return given;
  problems.push(
    'monitor_bridge_token_file: expected the absolute path of a file (value not shown); using no token',
  );
  return null;
}

/** A token that was pasted into the wrong field is longer than this; no number is. */
function shownUnlessLong(value: unknown): string {
  const text = shown(value);
  return text.length > 12 ? 'something longer (not shown)' : text;
}

/** An empty field of a form counts as unset. */
function isUnset(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
}

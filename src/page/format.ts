/** Numbers as people read them. What is not known is `UNKNOWN`, never a number. */
import { duration as knownDuration } from '../shared/duration.js';

export const UNKNOWN = 'unknown';
/** What this host does not have, and so never will tell. */
export const NOT_TOLD = 'n/a';

/** `12.4 %`; whole percent from `decimals` 0. */
export function percent(value: number | null, decimals = 1): string {
  return value === null ? UNKNOWN : `${value.toFixed(decimals)} %`;
}

export function decimal(value: number | null, decimals: number): string {
  return value === null ? UNKNOWN : value.toFixed(decimals);
}

/** `0 ms`, `850 ms`, `3.12 s`, `45.0 s`. */
export function shortTime(ms: number | null): string {
  if (ms === null) return UNKNOWN;
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  return `${(ms / 1_000).toFixed(ms < 10_000 ? 2 : 1)} s`;
}

/** The two greatest units: `12 s`, `3 min 5 s`, `2 h 10 min`, `41 d 6 h`. */
export function duration(seconds: number | null): string {
  return seconds === null ? UNKNOWN : knownDuration(seconds);
}

/** `84.2 MB`, in powers of ten. */
export function bytes(value: number | null): string {
  if (value === null) return UNKNOWN;
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let shown = value;
  let unit = 0;
  for (; shown >= 1_000 && unit < units.length - 1; unit++) shown /= 1_000;
  return `${shown.toFixed(unit === 0 ? 0 : 1)} ${units[unit]}`;
}

/** The time of day where the reader is, `01:37:21`; with milliseconds `01:37:21.042`. */
export function timeOfDay(unixMs: number, withMs = false): string {
  const date = new Date(unixMs);
  const two = (value: number): string => String(value).padStart(2, '0');
  const time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  return withMs ? `${time}.${String(date.getMilliseconds()).padStart(3, '0')}` : time;
}

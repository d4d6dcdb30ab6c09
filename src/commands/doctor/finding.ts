/** `warning`: it works, and deserves a look. `problem`: something does not work, or a number is not what it should be. */
export type Verdict = 'ok' | 'warning' | 'problem';

/** What one check found. */
export interface Finding {
  readonly name: string;
  readonly verdict: Verdict;
  readonly found: string;
  /** What to do; null where there is nothing to be done. */
  readonly advice: string | null;
}

/** Nothing is wrong. */
export function ok(name: string, found: string): Finding {
  return { name, verdict: 'ok', found, advice: null };
}

/** It works, and deserves a look. */
export function warning(name: string, found: string, advice: string): Finding {
  return { name, verdict: 'warning', found, advice };
}

/** Something does not work, or a number is wrong. */
export function problem(name: string, found: string, advice: string): Finding {
  return { name, verdict: 'problem', found, advice };
}

/** Percent with one decimal; a question mark for what is not known. */
export function percent(value: number | null | undefined): string {
  return value === null || value === undefined || Number.isNaN(value) ? '?' : `${value.toFixed(1)} %`;
}

/** Bytes in the unit of 1,024 that suits them. */
export function bytes(count: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  const index = count < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(count) / 10));
  return `${(count / 1024 ** index).toFixed(index === 0 ? 0 : 1)} ${units[index]}`;
}

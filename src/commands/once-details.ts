import type { Source } from '../shared/fields.js';
import { type Core, type Details, pressureOf } from './details.js';

/** A line of the table beside those of the contract's fields. */
export interface Detail {
  /** Where it stands in the JSON. */
  readonly name: string;
  readonly source: Source;
  /** Null: unknown. */
  readonly text: string | null;
  readonly help: string;
}

/** What a snapshot tells of bursts, single CPUs and pressure. */
export function describeDetails(details: Details): readonly Detail[] {
  const { burst, cores } = details.cpu;
  return [
    {
      name: 'cpu.burst',
      source: 'cpu',
      text:
        burst.max_pct === null
          ? null
          : `busiest ${burst.max_pct} %, mean ${burst.mean_pct} %, above 90 % for ${burst.above_90_ms} ms`,
      help: `The CPU in steps of 100 ms, of which ${burst.seconds ?? 0} s were seen.`,
    },
    {
      name: 'cpu.cores',
      source: 'cpu',
      text: describeCores(cores),
      help: 'The CPU that was busiest in the last second, its interrupts not counted, and the one that had most of these.',
    },
    {
      name: 'pressure',
      source: 'pressure',
      text: describePressure(details),
      help: 'For how much of the last ten seconds some task waited.',
    },
  ];
}

function describeCores({ hottest, interrupted }: Details['cpu']['cores']): string | null {
  const one = ({ core, pct }: Core) => (core === null ? null : `CPU ${core} with ${pct} %`);
  const [busiest, interrupts] = [one(hottest), one(interrupted)];
  if (busiest === null && interrupts === null) return null;
  return `busiest ${busiest ?? 'unknown'}, interrupts ${interrupts ?? 'unknown'}`;
}

function describePressure(details: Details): string | null {
  const pressure = pressureOf(details);
  if (pressure === null) return 'not supported by this kernel';
  const entries = Object.entries(pressure);
  if (entries.every(([, value]) => value === null)) return null;
  return entries
    .map(([resource, value]) => `${resource} ${value === null ? 'unknown' : `${value} %`}`)
    .join(', ');
}

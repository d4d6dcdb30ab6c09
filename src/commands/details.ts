import type { PressureResource } from '../shared/fields.js';
import type { Pressure } from '../shared/probe.js';

/** What a snapshot tells beside the contract's fields, as far as commands show it. What is not known is null. */
export interface Details {
  readonly cpu: {
    readonly busy_100ms_pct: number | null;
    readonly burst: {
      readonly seconds: number | null;
      readonly max_pct: number | null;
      readonly mean_pct: number | null;
      readonly above_90_ms: number | null;
    };
    readonly cores: { readonly hottest: Core; readonly interrupted: Core };
  };
  readonly pressure: { readonly supported: false } | ({ readonly supported: true | null } & PressureLines);
}

/** A CPU by its number, and its share. */
export interface Core {
  readonly core: number | null;
  readonly pct: number | null;
}

type PressureLines = Readonly<Record<PressureResource, { readonly some: { readonly avg10: number | null } }>>;

/** For how much of the last ten seconds some task waited, in percent; null: this kernel tells none. */
export function pressureOf({ pressure }: Details): Pressure | null {
  if (pressure.supported === false) return null;
  const { cpu, memory, io } = pressure;
  return { cpu: cpu.some.avg10, memory: memory.some.avg10, io: io.some.avg10 };
}

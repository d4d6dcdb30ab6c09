import type { Details } from '../../src/commands/details.js';

const core = { core: null, pct: null };
const line = { some: { avg10: null } };

/** Details of which nothing is known. */
export const UNKNOWN_DETAILS: Details = {
  cpu: {
    busy_100ms_pct: null,
    burst: { seconds: 0, max_pct: null, mean_pct: null, above_90_ms: null },
    cores: { hottest: core, interrupted: core },
  },
  pressure: { supported: true, cpu: line, memory: line, io: line },
};

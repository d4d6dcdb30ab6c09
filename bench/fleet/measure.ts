import { Fleet } from './fleet.js';
import type { Scenario } from './scenarios.js';

const SERIES_STEP_MS = 10_000;

/** What one stretch of a scenario brought the backend. */
export interface PhaseFinding {
  readonly name: string;
  readonly meanRps: number;
  /** The most in any second, wherever it begins. */
  readonly peakRps: number;
  /** The peak over the mean of the steady state. */
  readonly peakOverMean: number;
  readonly limit: number;
  readonly met: boolean;
}

/** What one scenario brought the backend. Where a host was never heard of, times are Infinity, and null in JSON. */
export interface Finding {
  readonly name: string;
  readonly phases: readonly PhaseFinding[];
  /** From the start of the fleet or the end of the trouble until so many hosts had been heard of. */
  readonly heardAfterSeconds: { readonly half: number; readonly p99: number; readonly all: number };
  readonly longestSilenceSeconds: number;
  /** Requests that came sooner than the backend had asked for. */
  readonly tooEarly: number;
  /** The course of the rate, a figure for each 10 s. */
  readonly rpsPer10Seconds: readonly number[];
}

/** Lets a fleet live through a scenario. */
export function measure(
  scenario: Scenario,
  options: {
    hosts: number;
    seed: number;
    intervalMs: number;
    /** What hosts are called, where that matters. */
    identifierOf?: (host: number) => string;
  },
): Finding {
  const log = new Fleet(options).run(scenario.course);
  const steadyRps = (options.hosts * 1_000) / options.intervalMs;
  const [half, p99, all] = log.heardAfterMs([0.5, 0.99, 1]);
  return {
    name: scenario.name,
    phases: scenario.phases.map(({ name, fromMs, toMs, limit }) => {
      const { meanRps, peakRps } = log.arrivals.traffic(fromMs, toMs);
      const peakOverMean = peakRps / steadyRps;
      return { name, meanRps, peakRps, peakOverMean, limit, met: peakOverMean <= limit };
    }),
    heardAfterSeconds: { half: half! / 1000, p99: p99! / 1000, all: all! / 1000 },
    longestSilenceSeconds: log.longestSilenceMs / 1000,
    tooEarly: log.tooEarly,
    rpsPer10Seconds: log.arrivals.series(0, scenario.course.endMs, SERIES_STEP_MS),
  };
}

/** Whether all targets of a scenario are met, and no host came sooner than it was asked to. */
export function isMet({ phases, tooEarly }: Finding): boolean {
  return phases.every(({ met }) => met) && tooEarly === 0;
}

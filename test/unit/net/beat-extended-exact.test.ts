import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { BURST_BUCKETS, type NumberName } from '../../../src/shared/fields.js';
import { ExtendedBeats } from '../../support/extended-beats.js';

/** What happens on a host from one beat to the next. */
interface Step {
  readonly ms: number;
  readonly user: number;
  readonly nice: number;
  readonly idle: number;
  readonly steal: number;
  /** How long the share was in each bucket. */
  readonly bursts: readonly (readonly [bucket: number, ms: number])[];
  readonly stallUs: number;
  readonly ticks: number;
  readonly missed: number;
  readonly procNs: number;
  readonly diskNs: number;
  /** `died`: a lane's thread died, so its CPU time restarts at 0. `fell`: a kernel counter decreased. `blind`: pressure is unreadable. */
  readonly event: 'none' | 'proc died' | 'disk died' | 'fell' | 'blind';
  readonly isAccepted: boolean;
}

const ticks = fc.integer({ min: 0, max: 5_000 });
const ns = fc.integer({ min: 0, max: 1e9 });
const step: fc.Arbitrary<Step> = fc.record({
  ms: fc.integer({ min: 100, max: 60_000 }),
  user: ticks,
  nice: ticks,
  idle: ticks,
  steal: ticks,
  bursts: fc.array(fc.tuple(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 1, max: 9_000 })), {
    maxLength: 6,
  }),
  stallUs: fc.integer({ min: 0, max: 1e6 }),
  ticks: fc.integer({ min: 1, max: 60_000 }),
  missed: ticks,
  procNs: ns,
  diskNs: ns,
  event: fc.constantFrom('none', 'none', 'none', 'proc died', 'disk died', 'fell', 'blind'),
  isAccepted: fc.boolean(),
});

const sumOf = (steps: readonly Step[], of: (step: Step) => number) =>
  steps.reduce((sum, each) => sum + of(each), 0);
const has = (steps: readonly Step[], ...events: Step['event'][]) =>
  steps.some(({ event }) => events.includes(event));
const rounded = (value: number, decimals: number) => Math.round(value * 10 ** decimals) / 10 ** decimals;

/** A host with cumulative counters, as the sampler publishes them. */
class Host {
  readonly beats = new ExtendedBeats();
  readonly #n: Partial<Record<NumberName, number>> = {
    pressure_supported: 1,
    pressure_memory_full_total_us: 0,
    cpu_anomalies: 0,
    cpu_total_ticks: 0,
    cpu_user_ticks: 0,
    cpu_system_ticks: 0,
    cpu_iowait: 0,
    cpu_iowait_ticks: 0,
    cpu_steal: 0,
    cpu_steal_ticks: 0,
    lane_cpu_ns: 0,
    ticks: 1,
    missed_ticks: 0,
    interval_ms: 50,
  };
  #totalUs = 0;
  #diskNs = 0;

  constructor() {
    this.#publish('none');
    this.beats.source.begin();
  }

  take({ ms, bursts, event, ...did }: Step): void {
    const n = this.#n;
    this.beats.clock.advance(ms);
    if (event === 'proc died') n.lane_cpu_ns = 0;
    if (event === 'proc died') this.beats.replace('proc');
    if (event === 'disk died') this.#diskNs = 0;
    if (event === 'disk died') this.beats.replace('disk');
    if (event === 'fell') n.cpu_anomalies!++;
    else {
      // A step in which a counter decreased is excluded from the sums.
      n.cpu_user_ticks! += did.user + did.nice;
      n.cpu_steal_ticks! += did.steal;
      n.cpu_total_ticks! += did.user + did.nice + did.idle + did.steal;
    }
    n.ticks! += did.ticks;
    n.missed_ticks! += did.missed;
    n.lane_cpu_ns! += did.procNs;
    this.#diskNs += did.diskNs;
    this.#totalUs += did.stallUs;
    for (const [bucket, burstMs] of bursts) {
      this.beats.bursts[bucket]! += burstMs;
      this.beats.bursts[BURST_BUCKETS]! += (burstMs * bucket) / 100;
    }
    this.#publish(event);
  }

  #publish(event: Step['event']): void {
    const { mono } = this.beats.clock;
    this.beats.publishDisk({ lane_cpu_ns: this.#diskNs });
    this.beats.publish({
      ...this.#n,
      lane_cpu_mono_ms: mono,
      ...(event === 'blind'
        ? { pressure_memory_full_total_us: Number.NaN, pressure_mono_ms: mono }
        : { pressure_memory_full_total_us: this.#totalUs, pressure_mono_ms: mono }),
    });
  }
}

/** The expected beat, by plain arithmetic over the steps since the last accepted one. */
function expectedOf(steps: readonly Step[], isBlindBefore: boolean) {
  const ms = sumOf(steps, (each) => each.ms);
  const sound = steps.filter(({ event }) => event !== 'fell');
  const total = sumOf(sound, ({ user, nice, idle, steal }) => user + nice + idle + steal);
  const share = (of: number) => (total > 0 ? rounded((100 * of) / total, 1) : undefined);
  const hasStall = !isBlindBefore && steps.at(-1)!.event !== 'blind';
  const cpuNs = sumOf(steps, ({ procNs, diskNs }) => procNs + diskNs);
  const seen = steps.flatMap(({ bursts }) => bursts).sort(([a], [b]) => a - b);
  const seenMs = seen.reduce((sum, [, burstMs]) => sum + burstMs, 0);
  let p95 = 0;
  let aboveMs = seenMs;
  for (const [bucket, burstMs] of seen) {
    if (20 * aboveMs <= seenMs) break;
    p95 = bucket;
    aboveMs -= burstMs;
  }
  return {
    interval_seconds: rounded(ms / 1_000, 3),
    user_pct: share(sumOf(sound, ({ user, nice }) => user + nice)),
    steal_pct: share(sumOf(sound, ({ steal }) => steal)),
    stall_us: hasStall ? sumOf(steps, ({ stallUs }) => stallUs) : undefined,
    stall_seconds: rounded(ms / 1_000, 3),
    sampler_cpu_pct: has(steps, 'proc died', 'disk died') ? undefined : rounded(cpuNs / 1e4 / ms, 3),
    ticks: sumOf(steps, (each) => each.ticks),
    missed_ticks: sumOf(steps, ({ missed }) => missed),
    burst:
      seenMs === 0
        ? undefined
        : {
            seconds: seenMs / 1_000,
            max_pct: seen.at(-1)![0],
            p95_pct: p95,
            mean_pct: rounded(seen.reduce((sum, [bucket, burstMs]) => sum + bucket * burstMs, 0) / seenMs, 1),
            above_90_ms: seen.reduce((sum, [bucket, burstMs]) => sum + (bucket > 90 ? burstMs : 0), 0),
          },
  };
}

it('an extended heartbeat is exact, whatever was lost or died since the last accepted one', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 12 }), (all) => {
      const host = new Host();
      let since: Step[] = [];
      let isBlindBefore = false;
      let seq = 1;
      for (const each of all) {
        host.take(each);
        since.push(each);
        seq += each.ticks;
        const told = host.beats.extended()!;
        const { pressure, sampler } = told;
        const shown = {
          interval_seconds: told.interval_seconds,
          user_pct: told.cpu?.user_pct,
          steal_pct: told.cpu?.steal_pct,
          stall_us: pressure?.supported ? pressure.memory?.full?.stall_us : undefined,
          stall_seconds: pressure?.supported ? pressure.seconds : undefined,
          sampler_cpu_pct: sampler?.cpu_pct,
          ticks: sampler?.ticks,
          missed_ticks: sampler?.missed_ticks,
          burst: told.cpu?.burst,
        };
        const expected = expectedOf(since, isBlindBefore);
        if (expected.burst !== undefined && shown.burst !== undefined) {
          // A sum of shares is not exact in a double: a mean at half a tenth may round either way.
          assert.ok(Math.abs(shown.burst.mean_pct - expected.burst.mean_pct) < 0.11);
          expected.burst.mean_pct = shown.burst.mean_pct;
        }
        assert.deepEqual(shown, expected);
        assert.equal(told.seq, seq);
        if (!each.isAccepted) continue;
        host.beats.source.accepted();
        since = [];
        isBlindBefore = each.event === 'blind';
      }
    }),
  );
});

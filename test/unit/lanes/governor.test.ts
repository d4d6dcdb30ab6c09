import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SLOWEST_INTERVAL_MS } from '../../../src/shared/pace.js';
import { Governor } from '../../../workers/lanes/governor.js';

const BUDGET_PCT = 0.5;
/** The extra cost of trials of the configured interval, as a fraction of the budget. */
const TRIALS = 1 / 15;

/** A host with a configurable CPU cost per tick, and its governor; time is simulated. */
class Host {
  readonly governor: Governor;
  /** CPU time of a tick in µs, at an interval of `intervalMs`. */
  costUs: (intervalMs: number) => number = () => 100;
  changes = 0;
  #nowMs = 0;
  #cpuNs = 0;
  #readMs = 0;

  constructor(configuredMs: number, intervalMs = configuredMs) {
    this.governor = new Governor(configuredMs, BUDGET_PCT, intervalMs);
    this.governor.push(0, 0);
  }

  /** Runs for `seconds` and returns the used share of a core in percent. */
  run(seconds: number): number {
    const [startMs, startNs] = [this.#nowMs, this.#cpuNs];
    while (this.#nowMs < startMs + seconds * 1_000) {
      const { intervalMs, statedMs } = this.governor;
      this.#nowMs += intervalMs;
      this.#cpuNs += this.costUs(intervalMs) * 1_000;
      if (this.#nowMs - this.#readMs < 1_000) continue;
      this.#readMs = this.#nowMs;
      this.governor.push(this.#cpuNs, this.#nowMs);
      if (this.governor.statedMs !== statedMs) this.changes++;
    }
    return (this.#cpuNs - startNs) / 1e4 / (this.#nowMs - startMs);
  }
}

describe('Governor', () => {
  it('leaves the interval unchanged while ticks are within the budget', () => {
    const host = new Host(50);
    host.costUs = () => 240;
    host.run(600);
    assert.equal(host.governor.intervalMs, 50);
  });

  for (const [what, configuredMs, costUs] of [
    ['a tick of 300 µs, 20 times a second', 50, () => 300],
    ['a tick of 20 ms, 20 times a second', 50, () => 20_000],
    ['a tick of 60 µs, 1,000 times a second', 1, () => 60],
    // As measured: caches are colder the longer the lane has slept.
    ['a tick that is dearer the longer the lane slept', 1, (ms: number) => 40 * ms ** 0.4],
  ] as const) {
    it(`keeps ${what}, within the budget and close to it`, () => {
      const host = new Host(configuredMs);
      host.costUs = costUs;
      host.run(60);
      const pct = host.run(600);
      assert.ok(pct <= BUDGET_PCT * (1 + TRIALS) && pct > 0.6 * BUDGET_PCT, `${pct} %`);
    });

    it(`does not oscillate: ${what}, with noise of a third`, () => {
      const host = new Host(configuredMs);
      let turn = 0;
      host.costUs = (intervalMs) => costUs(intervalMs) * (1 + Math.sin(turn++ * 1.7) / 3);
      host.run(120);
      host.changes = 0;
      host.run(600);
      assert.equal(host.changes, 0);
    });
  }

  it('is within the budget seconds after a tick becomes a hundred times as expensive', () => {
    const host = new Host(50);
    host.run(60);
    host.costUs = () => 10_000;
    host.run(5);
    assert.ok(host.run(10) <= BUDGET_PCT);
  });

  it('comes back to the configured interval when ticks are cheap again', () => {
    const host = new Host(50);
    host.costUs = () => 20_000;
    host.run(60);
    assert.ok(host.governor.intervalMs > 3_000);
    host.costUs = () => 100;
    host.run(60);
    assert.equal(host.governor.intervalMs, 50);
  });

  it('comes back within 30 s although rarer ticks cost more each', () => {
    const host = new Host(50);
    const cost = (scale: number) => (intervalMs: number) => scale * (intervalMs / 50) ** 0.9;
    host.costUs = cost(300);
    host.run(20);
    assert.ok(host.governor.statedMs > 50);
    // At 50 ms this is 0.4 % of a core, and at any longer interval nearly as much.
    host.costUs = cost(200);
    host.run(30);
    assert.equal(host.governor.statedMs, 50);
  });

  it('spends at most a fifteenth of the budget on trials, without changing the stated interval', () => {
    const host = new Host(50);
    host.costUs = () => 20_000;
    host.run(60);
    const { statedMs } = host.governor;
    host.changes = 0;
    assert.ok(host.run(3_600) < BUDGET_PCT * (1 + TRIALS));
    assert.equal(host.changes, 0);
    assert.equal(host.governor.statedMs, statedMs);
  });

  it('has a slowest interval', () => {
    const host = new Host(50);
    host.costUs = () => 1e6;
    host.run(600);
    assert.equal(host.governor.intervalMs, SLOWEST_INTERVAL_MS);
  });

  it('continues with the interval of the previous lane', () => {
    assert.equal(new Governor(50, BUDGET_PCT, 130).intervalMs, 130);
    assert.equal(new Governor(50, BUDGET_PCT, 10).intervalMs, 50);
  });

  it('changes nothing if the kernel reports no CPU time', () => {
    const governor = new Governor(50, BUDGET_PCT);
    for (let ms = 0; ms < 120_000; ms += 1_000) governor.push(Number.NaN, ms);
    assert.equal(governor.intervalMs, 50);
  });

  it('ignores CPU time spent before a restart, and a counter that decreased', () => {
    const governor = new Governor(50, BUDGET_PCT);
    governor.push(0, 0);
    governor.restart();
    governor.push(9e9, 20_000);
    governor.push(1e6, 40_000);
    governor.push(1e6 + 1e5, 60_000);
    assert.equal(governor.intervalMs, 50);
  });
});

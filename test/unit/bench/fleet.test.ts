import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { between, comeBackIn } from '../../../bench/fleet/backend.js';
import { type Finding, isMet, measure } from '../../../bench/fleet/measure.js';
import { type Scenario, scenarios } from '../../../bench/fleet/scenarios.js';

/** `npm run bench:fleet` simulates ten times as many. At this size chance adds up to a third to a peak; the seed is fixed. */
const HOSTS = 10_000;
const FLEET = { hosts: HOSTS, seed: 1, intervalMs: 30_000 };

function scenario(name: string, hosts = HOSTS): Scenario {
  const found = scenarios(hosts, FLEET.intervalMs).find((each) => each.name === name);
  assert.ok(found, name);
  return found;
}

/** The same scenario, cut to its first 90 s. */
function shortened({ name, course, phases }: Scenario): Scenario {
  const toMs = 90_000;
  return { name, course: { ...course, endMs: toMs }, phases: phases.map((phase) => ({ ...phase, toMs })) };
}

describe('a fleet', () => {
  it('never exceeds 1.2 times the mean rate in steady state', () => {
    const hosts = 50_000;
    const finding = measure(shortened(scenario('steady state', hosts)), { ...FLEET, hosts });
    assert.ok(isMet(finding), JSON.stringify(finding.phases));
  });

  for (const name of [
    'all boot in the same instant',
    'no answers for 10 min',
    'connections refused for 20 s',
    '429, Retry-After: the end of 10 min',
    '429 once a quota a minute of 80 % is used',
  ]) {
    it(`never exceeds twice the mean rate and obeys Retry-After: ${name}`, () => {
      const finding = measure(scenario(name), FLEET);
      assert.equal(finding.tooEarly, 0);
      assert.ok(isMet(finding), JSON.stringify(finding.phases));
    });
  }

  describe('whose backend is down for ten minutes', () => {
    let finding: Finding;
    before(() => {
      finding = measure(scenario('connections refused for 10 min'), FLEET);
    });

    it('never exceeds twice the mean rate, during the outage or after it', () => {
      assert.equal(finding.phases.length, 2);
      assert.ok(isMet(finding), JSON.stringify(finding.phases));
    });

    it('sends about half as often as usual', () => {
      const share = (finding.phases[0]!.meanRps * 30) / HOSTS;
      assert.ok(share > 0.4 && share < 0.6, String(share));
    });

    it('recovers within two minutes, and half of it within 40 seconds', () => {
      const { all, half } = finding.heardAfterSeconds;
      assert.ok(all < 121 && half < 40, `${all} ${half}`);
    });
  });

  it('sends again within two minutes after a Retry-After of years', () => {
    const minuteMs = 60_000;
    const backend = between(minuteMs, 1.5 * minuteMs, comeBackIn(99_999_999));
    const { heardAfterSeconds, phases } = measure(
      {
        name: 'a wrong Retry-After',
        course: {
          bootMs: (share) => (share - 2) * FLEET.intervalMs,
          backend,
          endMs: 5 * minuteMs,
          watchedFromMs: 1.5 * minuteMs,
        },
        phases: [{ name: 'after it', fromMs: 1.5 * minuteMs, toMs: 5 * minuteMs, limit: 2 }],
      },
      FLEET,
    );
    assert.ok(heardAfterSeconds.all < 121, String(heardAfterSeconds.all));
    assert.ok(phases[0]!.peakOverMean < 2, JSON.stringify(phases));
  });

  it('gives the same result for the same seed and another for another seed', () => {
    const small = { ...FLEET, hosts: 500 };
    const course = shortened(scenario('all boot in the same instant', 500));
    assert.deepEqual(measure(course, small), measure(course, small));
    assert.notDeepEqual(measure(course, small), measure(course, { ...small, seed: 2 }));
  });

  it('fails the check when all its hosts share one phase', () => {
    const hosts = 2_000;
    const alike = { ...FLEET, hosts, identifierOf: () => 'the same' };
    const finding = measure(shortened(scenario('steady state', hosts)), alike);
    assert.ok(!isMet(finding));
    assert.ok(finding.phases[0]!.peakOverMean > 10, JSON.stringify(finding.phases));
  });
});

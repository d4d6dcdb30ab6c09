import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type HealthBody, parseHealth, summarize } from '../../../src/commands/health-summary.js';
import { duration } from '../../../src/shared/duration.js';

const HEALTH: HealthBody = {
  status: 'ok',
  identifier: 'vps.t1',
  monitor_version: '0.1.0',
  problems: [],
  uptime_seconds: 30_762,
  lanes: { proc: { age_ms: 31.7 } },
  heartbeat: { enabled: true, last: { result: 'accepted', age_seconds: 12.3 } },
};

describe('the summary of health', () => {
  for (const [title, health, text] of [
    [
      'one that is well',
      HEALTH,
      'ok: vps.t1 0.1.0, up 8 h 32 min, last sample 32 ms ago, heartbeat accepted 12 s ago',
    ],
    [
      'one with problems',
      { ...HEALTH, status: 'degraded', problems: ['one thing', 'another'], heartbeat: { enabled: false } },
      'degraded: vps.t1 0.1.0, up 8 h 32 min, last sample 32 ms ago, heartbeats off\n  one thing\n  another',
    ],
    [
      'one that has just begun',
      {
        ...HEALTH,
        status: 'unhealthy',
        uptime_seconds: 0,
        problems: ['no valid sample yet'],
        lanes: { proc: {} },
        heartbeat: { enabled: true, last: null },
      },
      'unhealthy: vps.t1 0.1.0, up 0 s, no sample, no heartbeat yet\n  no valid sample yet',
    ],
    [
      'one that has stopped to sample',
      { ...HEALTH, status: 'unhealthy', lanes: { proc: { age_ms: 95_000 } } },
      'unhealthy: vps.t1 0.1.0, up 8 h 32 min, last sample 1 min 35 s ago, heartbeat accepted 12 s ago',
    ],
  ] as const) {
    test(`of ${title}`, () => assert.equal(summarize(health), text));
  }
});

test('a body that is not from the Monitor is not parsed as health', () => {
  assert.deepEqual(parseHealth(JSON.stringify(HEALTH)), HEALTH);
  for (const text of ['', 'ok', 'null', '[]', '{"status":"ok"}', '{"status":"fine","problems":[]}'])
    assert.equal(parseHealth(text), null, text);
});

test('a duration shows its two largest units', () => {
  for (const [seconds, text] of [
    [0, '0 s'],
    [59.9, '59 s'],
    [60, '1 min'],
    [3_599, '59 min 59 s'],
    [3_605, '1 h'],
    [90_000, '1 d 1 h'],
    [-5, '0 s'],
  ] as const)
    assert.equal(duration(seconds), text);
});

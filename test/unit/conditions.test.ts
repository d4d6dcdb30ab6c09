import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Conditions } from '../../src/conditions.js';
import { FakeClock } from '../support/fake-clock.js';
import { keepLog } from '../support/log-lines.js';

function setUp() {
  const { log, lines } = keepLog();
  const clock = new FakeClock();
  return {
    clock,
    conditions: new Conditions(log, () => clock.monoMs()),
    told: () => lines.map(({ level, condition, msg }) => `${level} ${condition} ${msg}`),
  };
}

test('a problem is logged when it comes and when it is resolved, and not in between', () => {
  const { clock, conditions, told } = setUp();
  for (let i = 0; i < 3; i++) conditions.set('disk', 'it hangs');
  clock.advance(125_000);
  for (let i = 0; i < 3; i++) conditions.set('disk', null);
  assert.deepEqual(told(), ['warn disk it hangs', 'info disk resolved: it hangs (lasted 2 min 5 s)']);
});

test('resolving a condition without a problem logs nothing', () => {
  const { conditions, told } = setUp();
  conditions.set('disk', null);
  assert.deepEqual(told(), []);
  assert.deepEqual(conditions.list(), []);
});

test('a detail that changes is shown, but not logged again', () => {
  const { conditions, told } = setUp();
  for (let i = 0; i < 100; i++) {
    const detail = `connect ECONNREFUSED 10.0.0.${1 + (i % 2)}:${40_000 + i}`;
    conditions.set('heartbeat', { summary: 'heartbeat unreachable', detail });
    assert.deepEqual(conditions.list(), [`heartbeat unreachable: ${detail}`]);
  }
  conditions.set('heartbeat', null);
  assert.deepEqual(told(), [
    'warn heartbeat heartbeat unreachable: connect ECONNREFUSED 10.0.0.1:40000',
    'info heartbeat resolved: heartbeat unreachable (lasted 0 s)',
  ]);
});

test('a problem that becomes another one is logged again, at its own level', () => {
  const { conditions, told } = setUp();
  conditions.set('beat', 'down');
  conditions.set('beat', 'refused', 'error');
  assert.deepEqual(told(), ['warn beat down', 'error beat refused']);
  assert.deepEqual(conditions.list(), ['refused']);
});

test('problems that alternate are logged once each, until the condition is resolved', () => {
  const { clock, conditions, told } = setUp();
  const alternate = () => {
    for (let i = 0; i < 100; i++) {
      conditions.set('beat', { summary: i % 2 === 0 ? 'timeout' : 'server error', detail: null });
      clock.advance(600);
    }
    conditions.set('beat', null);
  };
  alternate();
  const once = [
    'warn beat timeout',
    'warn beat server error',
    'info beat resolved: server error (lasted 1 min)',
  ];
  assert.deepEqual(told(), once);
  alternate();
  assert.deepEqual(told(), [...once, ...once]);
});

test('problems are listed in the order in which their conditions arose', () => {
  const { conditions } = setUp();
  conditions.set('a', '1');
  conditions.set('b', '2');
  conditions.set('c', '3');
  conditions.set('b', null);
  conditions.set('b', '4');
  conditions.set('a', '5');
  assert.deepEqual(conditions.list(), ['5', '3', '4']);
});

test('a notice is logged, but is not a problem until it becomes one', () => {
  const { conditions, told } = setUp();
  conditions.set('budget', 'expensive', 'info');
  assert.deepEqual(conditions.list(), []);
  conditions.set('budget', 'too expensive', 'warn');
  assert.deepEqual(conditions.list(), ['too expensive']);
  assert.deepEqual(told(), ['info budget expensive', 'warn budget too expensive']);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { Conditions } from '../../src/conditions.js';

function setUp() {
  const told: string[] = [];
  const log = pino(
    { level: 'trace', base: null, formatters: { level: (label) => ({ level: label }) } },
    {
      write: (line: string) => {
        const { level, condition, msg } = JSON.parse(line) as Record<string, string>;
        told.push(`${level} ${condition} ${msg}`);
      },
    },
  );
  return { conditions: new Conditions(log), told };
}

test('a problem is told when it comes and when it is over, and not in between', () => {
  const { conditions, told } = setUp();
  for (let i = 0; i < 3; i++) conditions.set('disk', 'it hangs');
  for (let i = 0; i < 3; i++) conditions.set('disk', null);
  assert.deepEqual(told, ['warn disk it hangs', 'info disk over: it hangs']);
});

test('what is no problem is not told', () => {
  const { conditions, told } = setUp();
  conditions.set('disk', null);
  assert.deepEqual(told, []);
  assert.deepEqual(conditions.list(), []);
});

test('a problem that becomes another one is told again, at its own level', () => {
  const { conditions, told } = setUp();
  conditions.set('beat', 'down');
  conditions.set('beat', 'refused', 'error');
  assert.deepEqual(told, ['warn beat down', 'error beat refused']);
  assert.deepEqual(conditions.list(), ['refused']);
});

test('the problems there are stand in the order in which they came', () => {
  const { conditions } = setUp();
  conditions.set('a', '1');
  conditions.set('b', '2');
  conditions.set('c', '3');
  conditions.set('b', null);
  conditions.set('b', '4');
  assert.deepEqual(conditions.list(), ['1', '3', '4']);
});

test('what is only worth knowing is told, and is no problem, until it becomes one', () => {
  const { conditions, told } = setUp();
  conditions.set('budget', 'dear', 'info');
  assert.deepEqual(conditions.list(), []);
  conditions.set('budget', 'too dear', 'warn');
  assert.deepEqual(conditions.list(), ['too dear']);
  assert.deepEqual(told, ['info budget dear', 'warn budget too dear']);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseOptions } from '../../soak/options.js';

test('without arguments a run takes half an hour at 50 ms', () => {
  assert.deepEqual(parseOptions([]), {
    minutes: 30,
    seed: 1,
    intervalMs: 50,
    faults: 'all',
    harm: null,
    jsonPath: null,
  });
});

test('each argument is applied', () => {
  assert.deepEqual(
    parseOptions([
      '--minutes',
      '1.5',
      '--seed=9',
      '--interval-ms',
      '10',
      '--faults',
      'ready',
      '--harm',
      'leak',
      '--json',
      'a.json',
    ]),
    { minutes: 1.5, seed: 9, intervalMs: 10, faults: 'ready', harm: 'leak', jsonPath: 'a.json' },
  );
  assert.equal(parseOptions(['--help']), null);
});

test('an invalid argument is named, with the allowed values', () => {
  for (const [args, message] of [
    [['--minutes', '0'], '--minutes: expected a number from 0.5 to 10080, got 0'],
    [['--minutes', 'ten'], '--minutes: expected a number from 0.5 to 10080, got ten'],
    [['--seed', '-1'], /--seed/],
    [['--seed', '1.5'], '--seed: expected a whole number, got 1.5'],
    [['--interval-ms', '1001'], '--interval-ms: expected a number from 1 to 1000, got 1001'],
    [['--harm', 'all'], '--harm: expected one of leak, drop, late, duplicate, got all'],
    [['--faults', 'some'], '--faults: expected one of all, ready, none, got some'],
    [['--hours', '1'], /--hours/],
    [['5'], /'5'/],
  ] as const) {
    assert.throws(() => parseOptions(args), { message });
  }
});

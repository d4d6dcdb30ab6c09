import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseHistoryQuery } from '../../../src/history/query.js';

for (const [query, expected] of [
  ['', { seconds: 900, points: 600 }],
  ['seconds=1', { seconds: 1, points: 600 }],
  ['points=5000', { seconds: 900, points: 5000 }],
  ['points=1&seconds=900', { seconds: 900, points: 1 }],
  ['p%6fints=%31%32', { seconds: 900, points: 12 }],
] as const) {
  test(`"${query}" is accepted`, () => {
    assert.deepEqual(parseHistoryQuery(query, 900), expected);
  });
}

for (const [query, ...problems] of [
  ['points=x', 'points: expected a whole number from 1 to 5000, got "x"'],
  ['points=0', 'points: expected a whole number from 1 to 5000, got "0"'],
  ['points=5001', 'points: expected a whole number from 1 to 5000, got "5001"'],
  ['points=1.5', 'points: expected a whole number from 1 to 5000, got "1.5"'],
  ['points=1e3', 'points: expected a whole number from 1 to 5000, got "1e3"'],
  ['points=-1', 'points: expected a whole number from 1 to 5000, got "-1"'],
  ['points=+1', 'points: expected a whole number from 1 to 5000, got " 1"'],
  ['points=', 'points: expected a whole number from 1 to 5000, got ""'],
  ['points', 'points: expected a whole number from 1 to 5000, got ""'],
  ['seconds=901', 'seconds: expected a whole number from 1 to 900, got "901"'],
  ['seconds=9999999999', 'seconds: expected a whole number from 1 to 900, got "9999999999"'],
  ['seconds=5&seconds=5', 'seconds: expected once, got 2 of it'],
  ['since=5', '"since": expected seconds or points'],
  ['=', '"": expected seconds or points'],
  ['__proto__=1', '"__proto__": expected seconds or points'],
  ['x&x&x', '"x": expected seconds or points'],
  [
    'seconds=a&x=1&points=b',
    'seconds: expected a whole number from 1 to 900, got "a"',
    '"x": expected seconds or points',
    'points: expected a whole number from 1 to 5000, got "b"',
  ],
] as const) {
  test(`"${query}" is rejected with its problems`, () => {
    assert.deepEqual(parseHistoryQuery(query, 900), problems);
  });
}

test('any input is either accepted within its bounds or rejected with a reason', () => {
  const piece = fc.oneof(fc.string(), fc.constantFrom('seconds', 'points', '=', '&', '%', '1', '600'));
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const found = parseHistoryQuery(pieces.join(''), 60);
      if ('seconds' in found) {
        assert.ok(Number.isInteger(found.seconds) && found.seconds >= 1 && found.seconds <= 60);
        assert.ok(Number.isInteger(found.points) && found.points >= 1 && found.points <= 5000);
      } else assert.ok(found.length > 0 && found.every((problem) => problem.length > 0));
    }),
  );
});

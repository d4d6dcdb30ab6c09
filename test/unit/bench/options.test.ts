import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HELP, PARTS, parseOptions } from '../../../bench/options.js';

test('without arguments every part runs, for its full time', () => {
  assert.deepEqual(parseOptions([]), {
    quick: false,
    parts: PARTS,
    jsonPath: 'bench/results/latest.json',
    soakMinutes: 5,
    gcMinutes: 10,
  });
});

test('--quick shortens minutes to seconds', () => {
  const options = parseOptions(['--quick']);
  assert.equal(options?.soakMinutes, 0.1);
  assert.equal(options?.gcMinutes, 0.1);
});

test('explicit minutes override --quick', () => {
  const options = parseOptions(['--quick', '--gc-minutes', '0.5', '--soak-minutes', '60']);
  assert.equal(options?.gcMinutes, 0.5);
  assert.equal(options?.soakMinutes, 60);
});

test('parts run in their fixed order, whatever the order of the arguments', () => {
  assert.deepEqual(parseOptions(['--only', 'gc', '--only', 'parse'])?.parts, ['parse', 'gc']);
});

for (const [args, problem] of [
  [['--gc-minutes', '0'], /--gc-minutes: expected minutes up to 1440, got 0/],
  [['--gc-minutes', 'ten'], /--gc-minutes: .* got ten/],
  [['--soak-minutes', '1441'], /--soak-minutes: .* got 1441/],
  [['--only', 'everything'], /no part everything/],
] as const) {
  test(`${args.join(' ')} is rejected with an error that names it`, () => {
    assert.throws(() => parseOptions(args), problem);
  });
}

test('the help names every part', () => {
  assert.equal(parseOptions(['--help']), null);
  for (const part of PARTS) assert.match(HELP, new RegExp(`\\b${part}\\b`));
});

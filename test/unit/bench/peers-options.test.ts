import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PEER_PARTS, parsePeerOptions } from '../../../bench/peers/options.js';

test('without arguments every part runs in full, and nothing is installed', () => {
  assert.deepEqual(parsePeerOptions([]), {
    quick: false,
    install: false,
    parts: PEER_PARTS,
    jsonPath: 'bench/results/peers.json',
    from: null,
  });
});

test('parts run in their own order, however they are named', () => {
  const options = parsePeerOptions(['--only', 'cadence', '--only', 'hot', '--quick']);
  assert.deepEqual(options?.parts, ['hot', 'cadence']);
  assert.equal(options?.quick, true);
});

test('a part that does not exist is named, with those that do', () => {
  assert.throws(() => parsePeerOptions(['--only', 'cpu']), /--only: no part cpu; there are hot, http/);
});

test('an unknown flag is refused, and help is no run', () => {
  assert.throws(() => parsePeerOptions(['--fast']), /--fast/);
  assert.equal(parsePeerOptions(['--help']), null);
});

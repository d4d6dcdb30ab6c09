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

test('parts run in their fixed order, whatever the order of the arguments', () => {
  const options = parsePeerOptions(['--only', 'cadence', '--only', 'hot', '--quick']);
  assert.deepEqual(options?.parts, ['hot', 'cadence']);
  assert.equal(options?.quick, true);
});

test('an unknown part is named in the error, together with the known parts', () => {
  assert.throws(() => parsePeerOptions(['--only', 'cpu']), /--only: no part cpu; there are hot, http/);
});

test('an unknown flag is rejected, and --help runs nothing', () => {
  assert.throws(() => parsePeerOptions(['--fast']), /--fast/);
  assert.equal(parsePeerOptions(['--help']), null);
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseOptions } from '../../../bench/fleet/options.js';

describe("the fleet simulation's command line", () => {
  it('defaults to 100,000 hosts, or to 20,000 with --quick', () => {
    const jsonPath = 'bench/results/fleet.json';
    assert.deepEqual(parseOptions([]), { hosts: 100_000, seed: 1, jsonPath });
    assert.deepEqual(parseOptions(['--quick']), { hosts: 20_000, seed: 1, jsonPath });
    assert.deepEqual(parseOptions(['--quick', '--hosts', '7', '--seed', '0', '--json', 'x']), {
      hosts: 7,
      seed: 0,
      jsonPath: 'x',
    });
  });

  it('accepts --help', () => {
    assert.equal(parseOptions(['--help']), null);
  });

  for (const args of [
    ['--hosts', '0'],
    ['--hosts', '1e3'],
    ['--hosts', '1000001'],
    ['--seed', '-1'],
    ['--fast'],
  ]) {
    it(`rejects ${args.join(' ')} and names the option`, () => {
      assert.throws(() => parseOptions(args), new RegExp(args[0]!));
    });
  }
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readArguments } from '#plugin/arguments.js';
import { SOURCES } from '#plugin/snapshot.js';

for (const given of [undefined, null, {}, { sources: undefined }, { sources: null }]) {
  test(`${JSON.stringify(given)} selects all sources`, () => {
    assert.deepEqual(readArguments(given), { sources: SOURCES });
  });
}

test('only named sources are selected', () => {
  assert.deepEqual(readArguments({ sources: ['disk', 'cpu'] }), { sources: ['disk', 'cpu'] });
});

for (const [given, what] of [
  ['all', 'expected an object'],
  [['cpu'], 'expected an object'],
  [{ source: ['cpu'] }, 'there is no "source"'],
  [{ sources: ['cpu'], unit: 'F' }, 'there is no "unit"'],
  [{ sources: 'cpu' }, '"sources" must be a list, got "cpu"'],
  [{ sources: [] }, '"sources" is empty'],
  [{ sources: ['cpu', 'gpu', 7] }, '"sources" has "gpu", 7'],
] as const) {
  test(`${JSON.stringify(given)} is rejected, with the problem and the allowed values`, () => {
    const read = readArguments(given);
    assert.ok('problem' in read);
    assert.equal(
      read.problem,
      `Invalid arguments: ${what}. Allowed: "sources" may be left out, or is a list of: cpu, memory, swap, disk, load, uptime, nginx, pressure.`,
    );
  });
}

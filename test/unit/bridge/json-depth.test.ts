import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isDeeperThan } from '../../../src/bridge/json-depth.js';

/** How deep a parsed value nests. */
function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

const isDeeper = (limit: number, text: string): boolean => isDeeperThan(limit, Buffer.from(text));

test('a JSON text is as deep as its value', () => {
  const strings = fc.string({
    unit: fc.constantFrom('[', ']', '{', '}', '"', '\\', ',', ':', 'ä', '\u2028'),
  });
  const values = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 6, withCrossShrink: true },
      fc.constantFrom(null, true, -1.5e300),
      strings,
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(strings, tie('value'), { maxKeys: 3 }),
    ),
  })).value;
  fc.assert(
    fc.property(values, fc.constantFrom('', '\t', '\n  '), (value, indent) => {
      const text = JSON.stringify(value, null, indent);
      const depth = depthOf(value);
      assert.equal(isDeeper(depth, text), false);
      if (depth > 0) assert.equal(isDeeper(depth - 1, text), true);
    }),
    { numRuns: 2_000 },
  );
});

test('a random prefix never hides the depth of a text that parses', () => {
  const parts = fc.constantFrom('[', ']', '{', '}', '"', '\\', '"a":', ',', '1', ' ', '\u0000');
  fc.assert(
    fc.property(fc.array(parts, { maxLength: 12 }), fc.integer({ min: 0, max: 5 }), (before, limit) => {
      // Whatever the prefix: isDeeper agrees with the real depth of each text that parses.
      const text = `${before.join('')}${'['.repeat(limit + 1)}${']'.repeat(limit + 1)}`;
      for (const each of [text, `[${text}]`, `["${text}"]`]) {
        let value: unknown;
        try {
          value = JSON.parse(each);
        } catch {
          continue;
        }
        assert.equal(isDeeper(limit, each), depthOf(value) > limit, each);
      }
    }),
    { numRuns: 2_000 },
  );
});

test('the scan stops at the first level beyond the limit', () => {
  let reads = 0;
  const endless = new Proxy(new Uint8Array(0), {
    get: (_, name) => {
      if (name === 'length') return 65_536;
      reads++;
      return 0x5b;
    },
  });
  assert.equal(isDeeperThan(64, endless), true);
  assert.equal(reads, 65);
});

test('a text truncated inside a string or an escape ends the scan', () => {
  for (const text of ['"', '"\\', '["', '[[', '', ']', ']]]]'])
    assert.equal(isDeeper(2, text), false, JSON.stringify(text));
});

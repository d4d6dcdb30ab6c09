import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { memberText } from '../../../src/bridge/json-member.js';

const NAME = 'agents';
const NAMES = [NAME, 'agent', 'agents ', '"agents"', 'a\\gents', '__proto__', '', 'x', '😀'];

const space = fc.string({ unit: fc.constantFrom(' ', '\t', '\n', '\r'), maxLength: 2 });

/** A JSON string literal with each UTF-16 unit either verbatim, where allowed, or escaped. */
const stringJson = (value: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.tuple(value, fc.infiniteStream(fc.boolean())).map(([text, escapes]) => {
    const units = text.split('').map((unit) => {
      const isFree = unit >= ' ' && unit !== '"' && unit !== '\\' && !(unit >= '\ud800' && unit <= '\udfff');
      const isEscaped = escapes.next().value === true || !isFree;
      return isEscaped ? `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}` : unit;
    });
    return `"${units.join('')}"`;
  });

const numberJson = fc.oneof(
  fc.constantFrom('-0', '1e400', '-1E+999', '0.10', '12345678901234567890', '1e-400', '0e0'),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
);

/** JSON text in forms that JSON.stringify never produces: whitespace, escapes, duplicate names, numbers beyond a double. */
const { value: valueJson, object: objectJson } = fc.letrec<{ value: string; object: string; array: string }>(
  (tie) => ({
    value: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      fc.constantFrom('null', 'true', 'false', '"\\\\"', '"\\""', '"{[,:]}"', '"\\\\\\"],"'),
      numberJson,
      stringJson(fc.string({ unit: 'binary', maxLength: 8 })),
      tie('array'),
      tie('object'),
    ),
    array: fc
      .array(fc.tuple(space, tie('value'), space), { maxLength: 4 })
      .map((items) => `[${items.map((item) => item.join('')).join(',')}]`),
    object: fc
      .array(fc.tuple(space, stringJson(fc.constantFrom(...NAMES)), space, tie('value'), space), {
        maxLength: 6,
      })
      .map((members) => {
        const texts = members.map(([a, name, b, value, c]) => `${a}${name}${b}:${c}${value}${a}`);
        return `{${texts.join(',')}}`;
      }),
  }),
);

test('the extracted text is the value that JSON.parse finds, verbatim', () => {
  let found = 0;
  fc.assert(
    fc.property(space, fc.oneof({ weight: 5, arbitrary: objectJson }, valueJson), (around, core) => {
      const json = `${around}${core}${around}`;
      const parsed = JSON.parse(json) as unknown;
      const isObject = typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed);
      const cut = memberText(json, NAME);
      if (!isObject || !Object.hasOwn(parsed, NAME)) {
        assert.equal(cut, null);
        return;
      }
      found++;
      assert.ok(cut !== null && json.includes(cut));
      assert.equal(cut, cut.trim());
      assert.deepEqual(JSON.parse(cut), (parsed as Record<string, unknown>)[NAME]);
    }),
    { numRuns: 1_000 },
  );
  assert.ok(found > 100, `${found} of the texts had such a member`);
});

test('a value from JSON.stringify is extracted unchanged from among other members', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (value, other) => {
      const text = JSON.stringify(value);
      const rest = JSON.stringify(other);
      assert.equal(memberText(`{"a":${rest},"agents":${text},"b":${rest}}`, NAME), text);
      assert.equal(memberText(`{"a":{"agents":${rest}},"b":["agents",${rest}]}`, NAME), null);
    }),
  );
});

test('a value nested as deep as a body allows is extracted', () => {
  const deep = `${'['.repeat(32_000)}${']'.repeat(32_000)}`;
  assert.equal(memberText(`{"x":${deep},"agents":${deep}}`, NAME), deep);
});

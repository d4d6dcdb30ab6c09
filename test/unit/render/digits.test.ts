import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { putBytes, putFixed, putPadded, putUint } from '../../../workers/render/digits.js';

/** What `put` writes into the middle of a buffer; asserts that it touches nothing else. */
function written(put: (out: Uint8Array, at: number) => number): string {
  const start = 5;
  const out = new Uint8Array(400).fill(0x7e);
  const end = put(out, start);
  assert.ok([...out.subarray(0, start), ...out.subarray(end)].every((byte) => byte === 0x7e));
  return Buffer.from(out.subarray(start, end)).toString('latin1');
}

describe('putBytes', () => {
  it('copies short and long texts', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const text = written((out, at) => putBytes(out, at, bytes));
        assert.equal(text, Buffer.from(bytes).toString('latin1'));
      }),
    );
  });
});

describe('putUint', () => {
  it('writes what String writes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }), (value) => {
        assert.equal(
          written((out, at) => putUint(out, at, value)),
          String(value),
        );
      }),
    );
  });

  it('writes powers of ten and their neighbours', () => {
    for (let power = 1; power <= 10 ** 15; power *= 10) {
      for (const value of [power - 1, power, power + 1]) {
        assert.equal(
          written((out, at) => putUint(out, at, value)),
          String(value),
        );
      }
    }
  });
});

describe('putPadded', () => {
  it('pads with leading zeros', () => {
    fc.assert(
      fc.property(fc.nat(999), (value) => {
        assert.equal(
          written((out, at) => putPadded(out, at, value, 3)),
          String(value).padStart(3, '0'),
        );
      }),
    );
  });
});

describe('putFixed', () => {
  const cases: readonly [number, 0 | 1 | 2, string][] = [
    [0, 1, '0.0'],
    [-0, 1, '0.0'],
    [-0.04, 1, '0.0'],
    [0.05, 1, '0.1'],
    [9.94, 1, '9.9'],
    [9.95, 1, '10.0'],
    [99.96, 1, '100.0'],
    [100, 1, '100.0'],
    [0.07, 2, '0.07'],
    [44.91, 2, '44.91'],
    [12, 0, '12'],
    [-3.25, 1, '-3.2'],
    [-12.34, 2, '-12.34'],
  ];
  for (const [value, decimals, text] of cases) {
    it(`writes ${Object.is(value, -0) ? '-0' : value} with ${decimals} places as ${text}`, () => {
      assert.equal(
        written((out, at) => putFixed(out, at, value, decimals)),
        text,
      );
    });
  }

  it('writes any number rounded half up, with all its decimals', () => {
    const value = fc.oneof(
      fc.double({ min: 0, max: 100, noNaN: true }),
      fc.double({ min: -(10 ** 12), max: 10 ** 12, noNaN: true }),
    );
    fc.assert(
      fc.property(value, fc.constantFrom(0 as const, 1 as const, 2 as const), (number, decimals) => {
        const text = written((out, at) => putFixed(out, at, number, decimals));
        assert.match(text, decimals === 0 ? /^-?\d+$/ : new RegExp(`^-?\\d+\\.\\d{${decimals}}$`));
        const scale = 10 ** decimals;
        assert.equal(Number(text), (Math.round(number * scale) + 0) / scale);
      }),
      { numRuns: 1_000 },
    );
  });
});

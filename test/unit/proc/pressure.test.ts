import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { PRESSURE_NUMBERS, parsePressure } from '../../../workers/proc/pressure.js';
import { assertParseError, forEveryCut, hostileBytes, outcomeOf } from '../../support/parsing.js';

const SOME = 'some avg10=12.34 avg60=5.60 avg300=0.07 total=987654321\n';
const FULL = 'full avg10=1.00 avg60=0.50 avg300=100.00 total=0\n';

function parse(bytes: Uint8Array, length = bytes.length): Float64Array {
  const out = new Float64Array(PRESSURE_NUMBERS).fill(-1);
  parsePressure(bytes, length, out);
  return out;
}

function parseText(text: string): number[] {
  return [...parse(Buffer.from(text, 'latin1'))];
}

describe('parsePressure', () => {
  it('reads both lines', () => {
    assert.deepEqual(parseText(SOME + FULL), [12.34, 5.6, 0.07, 987_654_321, 1, 0.5, 100, 0]);
  });

  it('leaves a line unknown that the kernel does not write', () => {
    const { NaN: unknown } = Number;
    assert.deepEqual(parseText(SOME), [12.34, 5.6, 0.07, 987_654_321, unknown, unknown, unknown, unknown]);
  });

  it('reads back any text that a kernel may write', () => {
    const average = fc.integer({ min: 0, max: 10_000 });
    const total = fc.nat(Number.MAX_SAFE_INTEGER);
    const line = fc.tuple(average, average, average, total);
    fc.assert(
      fc.property(line, line, (...lines) => {
        const texts = lines.map(
          ([ten, sixty, threeHundred, us], i) =>
            `${['some', 'full'][i]} avg10=${(ten / 100).toFixed(2)} avg60=${(sixty / 100).toFixed(2)}` +
            ` avg300=${(threeHundred / 100).toFixed(2)} total=${us}\n`,
        );
        const expected = lines.flatMap(([ten, sixty, threeHundred, us]) => [
          ten / 100,
          sixty / 100,
          threeHundred / 100,
          us,
        ]);
        assert.deepEqual(parseText(texts.join('')), expected);
      }),
    );
  });

  it('rejects a truncated file, except between the lines', () => {
    const file = Buffer.from(SOME + FULL);
    forEveryCut(file, (bytes, length, where) => {
      const expected = length === SOME.length ? parseText(SOME) : 'PROC_PARSE';
      assert.deepEqual(
        outcomeOf(() => parse(bytes, length)),
        expected,
        where,
      );
    });
  });

  it('rejects a malformed file, and quotes it', () => {
    for (const [text, quoted] of [
      ['', ''],
      ['full avg10=1.00 avg60=0.00 avg300=0.00 total=1\n', 'full avg10'],
      [SOME.replace('12.34', '12.3'), ' avg60'],
      [SOME.replace('12.34', '-1.00'), '-1.00'],
      [SOME.replace('12.34', '12'), ' avg60'],
      [SOME.replace('987654321', ''), ''],
      [SOME.replace('987654321', '9876.21'), ''],
      [SOME.replace('987654321', '98765432198765432198'), ''],
      [SOME + SOME, 'some avg10'],
      [`${SOME.trimEnd()} more=1\n`, ' more=1'],
    ] as const) {
      assertParseError(() => parseText(text), 'pressure', quoted);
    }
  });

  it('throws nothing but PROC_PARSE for any bytes', () => {
    fc.assert(
      fc.property(hostileBytes('some avg10=0.00 avg60='), (bytes) => {
        outcomeOf(() => parse(bytes));
      }),
      { numRuns: 2_000 },
    );
  });
});

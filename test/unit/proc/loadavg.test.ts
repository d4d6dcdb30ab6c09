import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parseLoadavg } from '../../../workers/proc/loadavg.js';
import { readExpected, readFixture, SOUND_MACHINES } from '../../support/fixtures.js';
import { assertParseError, forEveryCut, hostileBytes, outcomeOf } from '../../support/parsing.js';

function parse(bytes: Uint8Array, length = bytes.length): Float64Array {
  const out = new Float64Array(3).fill(-1);
  parseLoadavg(bytes, length, out);
  return out;
}

function parseText(text: string): number[] {
  return [...parse(Buffer.from(text, 'latin1'))];
}

describe('parseLoadavg', () => {
  for (const machine of SOUND_MACHINES) {
    it(`reads the averages of ${machine}`, () => {
      assert.deepEqual([...parse(readFixture(machine, 'loadavg'))], readExpected(machine).load_avg);
    });
  }

  it('reads back any averages', () => {
    const hundredths = fc.integer({ min: 0, max: 10 ** 9 });
    fc.assert(
      fc.property(fc.tuple(hundredths, hundredths, hundredths), (averages) => {
        const texts = averages.map((value) => (value / 100).toFixed(2));
        assert.deepEqual(parseText(`${texts.join(' ')} 1/79 3659\n`), texts.map(Number));
      }),
    );
  });

  it('rejects a file truncated within the averages, and needs nothing after them', () => {
    const file = readFixture('swap-in-use', 'loadavg');
    const whole = outcomeOf(() => parse(file));
    const averagesEnd = '18.44 15.02 9.87 '.length;
    forEveryCut(file, (bytes, length, where) => {
      const expected = length >= averagesEnd ? whole : 'PROC_PARSE';
      assert.deepEqual(
        outcomeOf(() => parse(bytes, length)),
        expected,
        where,
      );
    });
  });

  it('returns averages or throws PROC_PARSE for any bytes', () => {
    fc.assert(
      fc.property(hostileBytes('0.00 1.00 '), (bytes) => {
        outcomeOf(() => parse(bytes));
      }),
      { numRuns: 2_000 },
    );
  });

  it('rejects an average that is too large', () => {
    assertParseError(() => parseText(`${'9'.repeat(30)}.00 0.00 0.00 1/2 3\n`), 'loadavg', '99999');
  });

  it('quotes the line that it could not parse', () => {
    for (const text of [
      '0.00 0,01 0.05 1/2 3',
      '0.1 0.2 0.3 1/2 3',
      '.50 0.00 0.00 1/2 3',
      '1.00 2.00 3.000 1/2',
      '1.00,2.00,3.00 1/2 3',
      '1.00 2.00 3.00x1/2',
    ]) {
      assertParseError(() => parseText(`${text}\n`), 'loadavg', `"${text}"`);
    }
  });
});

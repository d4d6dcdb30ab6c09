import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ARC, parseArcstats } from '../../../workers/proc/arcstats.js';
import { readFixture } from '../../support/fixtures.js';
import { assertParseError, forEveryCut, hostileBytes, outcomeOf } from '../../support/parsing.js';

function parse(bytes: Uint8Array, length = bytes.length): Float64Array {
  const out = new Float64Array(2).fill(-1);
  parseArcstats(bytes, length, out);
  return out;
}

function parseText(text: string): Float64Array {
  return parse(Buffer.from(text, 'latin1'));
}

describe('parseArcstats', () => {
  it('reads the size of the ARC and its minimum', () => {
    const values = parse(readFixture('zfs', 'spl/kstat/zfs/arcstats'));
    assert.equal(values[ARC.size], 137_438_953_472);
    assert.equal(values[ARC.min], 8_441_262_080);
  });

  it('reads back any sizes, in any order', () => {
    const bytes = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
    fc.assert(
      fc.property(bytes, bytes, fc.boolean(), (size, min, swapped) => {
        const lines = [
          `size                            4    ${size}`,
          `c_min                           4    ${min}`,
        ];
        if (swapped) lines.reverse();
        const values = parseText(`9 1 0x01 2 544 1 2\nname type data\nhdr_size 4 5\n${lines.join('\n')}\n`);
        assert.deepEqual([...values], [size, min]);
      }),
    );
  });

  it('rejects a file truncated before both values, and needs nothing after them', () => {
    const file = readFixture('zfs', 'spl/kstat/zfs/arcstats');
    const line = /^size .*\n/m.exec(file.toString());
    assert.ok(line !== null);
    const sizeEnd = line.index + line[0].length;
    const whole = outcomeOf(() => parse(file));
    forEveryCut(file, (bytes, length, where) => {
      const expected = length >= sizeEnd ? whole : 'PROC_PARSE';
      assert.deepEqual(
        outcomeOf(() => parse(bytes, length)),
        expected,
        where,
      );
    });
  });

  it('returns sizes or throws PROC_PARSE for any bytes', () => {
    fc.assert(
      fc.property(hostileBytes('size 4 12\nc_min 4 3'), (bytes) => {
        outcomeOf(() => parse(bytes));
      }),
      { numRuns: 2_000 },
    );
  });

  it('rejects sizes that are not a number of bytes', () => {
    assertParseError(() => parseText('size 4 -5\nc_min 4 1\n'), 'arcstats', 'no size or no c_min');
    assertParseError(() => parseText('size 4\nc_min 4 1\n'), 'arcstats', 'size 4');
    assertParseError(() => parseText(`size 4 ${'9'.repeat(40)}\nc_min 4 1\n`), 'arcstats', '99999');
  });
});

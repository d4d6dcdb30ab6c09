import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { CPU_FIELDS, parseStat } from '../../../workers/proc/stat.js';
import { readExpected, readFixture, SOUND_MACHINES } from '../../support/fixtures.js';
import { assertParseError, forEveryCut, hostileBytes, outcomeOf } from '../../support/parsing.js';

const ticks = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });

function parse(bytes: Uint8Array, length = bytes.length): Float64Array {
  const out = new Float64Array(CPU_FIELDS.length).fill(-1);
  parseStat(bytes, length, out);
  return out;
}

function parseText(text: string): number[] {
  return [...parse(Buffer.from(text, 'latin1'))];
}

describe('parseStat', () => {
  for (const machine of SOUND_MACHINES) {
    it(`reads the counters of ${machine}`, () => {
      const expected = readExpected(machine).cpu.map((value) => value ?? Number.NaN);
      assert.deepEqual([...parse(readFixture(machine, 'stat'))], expected);
    });
  }

  it('needs only the first kilobyte of a file of tens of kilobytes', () => {
    const file = readFixture('big-128cpu', 'stat');
    assert.ok(file.length > 30_000);
    assert.deepEqual([...parse(file, 1_024)], readExpected('big-128cpu').cpu);
  });

  it('reads the columns that the kernel has, and leaves the others unknown', () => {
    const unknown = Number.NaN;
    assert.deepEqual(parseText('cpu  1 2 3 4\n'), [1, 2, 3, 4, unknown, unknown, unknown, unknown]);
    assert.deepEqual(parseText('cpu  1 2 3 4 5 6 7\n'), [1, 2, 3, 4, 5, 6, 7, unknown]);
  });

  it('ignores guest, guest_nice and future columns', () => {
    assert.deepEqual(parseText('cpu  1 2 3 4 5 6 7 8 90 91 92 93\n'), [1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('reads back any counters', () => {
    fc.assert(
      fc.property(fc.array(ticks, { minLength: 4, maxLength: 12 }), fc.nat(30), (columns, rest) => {
        const text = `cpu  ${columns.join(' ')}\ncpu0 ${'9'.repeat(rest)}`;
        const expected = CPU_FIELDS.map((_, index) => columns[index] ?? Number.NaN);
        assert.deepEqual(parseText(text), expected);
      }),
    );
  });

  it('rejects a file truncated within the line, and needs nothing after it', () => {
    for (const machine of ['kvm-host', 'kernel-2.6.32', 'guest-2cpu-steal'] as const) {
      const file = readFixture(machine, 'stat');
      const lineEnd = file.indexOf('\n');
      const whole = outcomeOf(() => parse(file));
      forEveryCut(file, (bytes, length, where) => {
        const expected = length > lineEnd ? whole : 'PROC_PARSE';
        assert.deepEqual(
          outcomeOf(() => parse(bytes, length)),
          expected,
          where,
        );
      });
    }
  });

  it('returns counters or throws PROC_PARSE for any bytes', () => {
    fc.assert(
      fc.property(hostileBytes('cpu  '), (bytes) => {
        outcomeOf(() => parse(bytes));
      }),
      { numRuns: 2_000 },
    );
  });

  it('rejects a counter that is too large', () => {
    // Kernels have printed a negative iowait as 2^64 - 1.
    assertParseError(
      () => parseText('cpu  1 2 3 4 18446744073709551615 6 7 8 0 0\n'),
      'stat',
      '18446744073709551615',
    );
  });

  it('ignores the size of a guest column', () => {
    assert.deepEqual(parseText('cpu  1 2 3 4 5 6 7 8 18446744073709551615 0\n'), [1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('quotes the line that it could not parse', () => {
    assertParseError(() => parseText('cpu  12 3x 4 5\ncpu0 1\n'), 'stat', '"cpu  12 3x 4 5"');
    assertParseError(() => parseText('cpu  12 -3 4 5\n'), 'stat', '-3');
    assertParseError(() => parseText('cpu0 1 2 3 4\n'), 'stat', '"cpu0 1 2 3 4"');
    assertParseError(() => parseText('cpu  1 2 3\n'), 'stat', '"cpu  1 2 3"');
  });
});

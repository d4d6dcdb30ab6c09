import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { createMemOffsets, MEM, MEM_FIELDS, parseMeminfo } from '../../../workers/proc/meminfo.js';
import { readFixture, SOUND_MACHINES } from '../../support/fixtures.js';
import { assertParseError, forEveryCut, hostileBytes, outcomeOf } from '../../support/parsing.js';

function parse(bytes: Uint8Array, length = bytes.length): Float64Array {
  const out = new Float64Array(MEM_FIELDS.length).fill(-1);
  parseMeminfo(bytes, length, out);
  return out;
}

function parseText(text: string): Float64Array {
  return parse(Buffer.from(text, 'latin1'));
}

/** Another way to read the file: a line at a time, by regular expression. */
function readNaively(text: string): number[] {
  return MEM_FIELDS.map((name) => {
    const kilobytes = new RegExp(`^${name}: +(\\d+) kB$`, 'm').exec(text)?.[1];
    return kilobytes === undefined ? Number.NaN : Number(kilobytes) * 1024;
  });
}

/** Any file that may follow another: of any machine, with other values or order, with missing lines, or truncated. */
const anyFile = fc
  .record({
    machine: fc.constantFrom(...SOUND_MACHINES),
    values: fc.array(fc.nat(10 ** 9), { minLength: 60, maxLength: 60 }),
    moved: fc.array(fc.tuple(fc.nat(30), fc.nat(30)), { maxLength: 3 }),
    missing: fc.array(fc.nat(30), { maxLength: 2 }),
    length: fc.oneof(fc.constant(8_192), fc.nat(1_600)),
  })
  .map(({ machine, values, moved, missing, length }) => {
    const lines = readFixture(machine, 'meminfo')
      .toString()
      .trimEnd()
      .split('\n')
      .map((line, i) => line.replace(/ *\d+ kB/, ` ${String(values[i]).padStart(8)} kB`));
    for (const [from, to] of moved) lines.splice(to, 0, ...lines.splice(from, 1));
    const text = lines.filter((_, i) => !missing.includes(i)).join('\n');
    return Buffer.from(`${text}\n`, 'latin1').subarray(0, length);
  });

describe('parseMeminfo', () => {
  for (const machine of SOUND_MACHINES) {
    it(`reads the sizes of ${machine}`, () => {
      const file = readFixture(machine, 'meminfo');
      assert.deepEqual([...parse(file)], readNaively(file.toString()));
    });
  }

  it('gives the same result as a fresh search, whatever was parsed before in the same buffer', () => {
    fc.assert(
      fc.property(fc.array(anyFile, { minLength: 2, maxLength: 6 }), (files) => {
        const offsets = createMemOffsets();
        const buffer = new Uint8Array(8_192);
        for (const file of files) {
          buffer.set(file);
          const kept = outcomeOf(() => {
            const out = new Float64Array(MEM_FIELDS.length).fill(-1);
            parseMeminfo(buffer, file.length, out, offsets);
            return out;
          });
          const fresh = outcomeOf(() => parse(file));
          assert.deepEqual(kept, fresh);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('does not mistake the end of a longer name for the name at that offset before', () => {
    const before = readFixture('swap-in-use', 'meminfo');
    const after = Buffer.from(before.toString().replace('\nSwapTotal:', 'xSwapTotal:'));
    const offsets = createMemOffsets();
    const out = new Float64Array(MEM_FIELDS.length);
    parseMeminfo(before, before.length, out, offsets);
    parseMeminfo(after, after.length, out, offsets);
    assert.ok(Number.isNaN(out[MEM.swapTotal]));
  });

  it('returns bytes', () => {
    assert.equal(parseText('MemTotal:       2 kB\n')[MEM.total], 2_048);
  });

  it('leaves fields unknown that the kernel does not report', () => {
    const values = parse(readFixture('kernel-2.6.32', 'meminfo'));
    assert.ok(Number.isNaN(values[MEM.available]));
    assert.equal(values[MEM.shmem], 96_212 * 1_024);
  });

  it('does not mistake a longer name for a wanted one', () => {
    const values = parseText('MemTotal: 1 kB\nSwapCached: 7 kB\nMemFreeish: 8 kB\nxBuffers: 9 kB\n');
    assert.deepEqual([...values], [1_024, ...new Array<number>(8).fill(Number.NaN)]);
  });

  it('reads back any sizes, in any order and between any other lines', () => {
    const sizes = fc.array(fc.integer({ min: 0, max: 2 ** 40 }), { minLength: 9, maxLength: 9 });
    const order = fc.shuffledSubarray([...MEM_FIELDS.keys()], { minLength: 9 });
    fc.assert(
      fc.property(sizes, order, fc.array(fc.nat(8), { maxLength: 5 }), (kilobytes, indexes, extra) => {
        const lines = indexes.map((index) => `${`${MEM_FIELDS[index]}:`.padEnd(15)} ${kilobytes[index]} kB`);
        for (const at of extra) lines.splice(at, 0, `Other${at}:     ${at}`);
        const values = parseText(`${lines.join('\n')}\n`);
        assert.deepEqual(
          [...values],
          kilobytes.map((value) => value * 1_024),
        );
      }),
    );
  });

  it('never returns a wrong number for a truncated file', () => {
    for (const machine of ['swap-in-use', 'kernel-2.6.32'] as const) {
      const file = readFixture(machine, 'meminfo');
      const whole = [...parse(file)];
      forEveryCut(file, (bytes, length, where) => {
        const outcome = outcomeOf(() => parse(bytes, length));
        if (outcome === 'PROC_PARSE') return;
        // A cut at the end of a line can't be seen: later values are unknown, earlier ones correct.
        outcome.forEach((value, index) => {
          assert.ok(Number.isNaN(value) || value === whole[index], `${where}: ${MEM_FIELDS[index]} ${value}`);
        });
      });
    }
  });

  it('returns sizes or throws PROC_PARSE for any bytes', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('MemTotal: ', 'MemTotal: 12 kB\nSwapFree: ').chain(hostileBytes),
        (bytes) => {
          outcomeOf(() => parse(bytes));
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('quotes the line that it could not parse', () => {
    assertParseError(() => parseText('MemTotal: 1 kB\nMemFree: 1 MB\n'), 'meminfo', '"MemFree: 1 MB"');
    assertParseError(() => parseText('MemTotal: 1 kB\nCached: -1 kB\n'), 'meminfo', '"Cached: -1 kB"');
    assertParseError(() => parseText('MemTotal: 1 kB\nSwapFree: kB\n'), 'meminfo', '"SwapFree: kB"');
    assertParseError(() => parseText('MemTotal: 1 kBit\n'), 'meminfo', '"MemTotal: 1 kBit"');
    assertParseError(() => parseText('MemFree: 1 kB\n'), 'meminfo', 'no MemTotal');
  });

  it('rejects a size that is too large', () => {
    assertParseError(() => parseText(`MemTotal: ${'9'.repeat(400)} kB\n`), 'meminfo', '99999');
  });
});

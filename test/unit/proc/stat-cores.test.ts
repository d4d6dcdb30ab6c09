import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { CORE_COLUMNS, CUT_OFF, NO_ROOM, parseStatCores } from '../../../workers/proc/stat-cores.js';
import { readFixture, SOUND_MACHINES } from '../../support/fixtures.js';
import { assertParseError, forEveryCut, hostileBytes, outcomeOf } from '../../support/parsing.js';

const ROOM = new Float64Array(200 * CORE_COLUMNS);

/** A file in a reader's buffer that is longer than the file. */
function inRoom(text: string | Buffer): { bytes: Uint8Array; length: number } {
  const whole = Buffer.from(text);
  return { bytes: Buffer.concat([whole, Buffer.alloc(64)]), length: whole.length };
}

/** Each core's number and its first eight columns, parsed independently. */
function expectedOf(text: string): number[][] {
  return [...text.matchAll(/^cpu(\d+) (.+)$/gm)].map(([, number, columns]) => {
    const eight = columns!.trim().split(/ +/).slice(0, 8).map(Number);
    return [Number(number), ...eight, ...Array<number>(8 - eight.length).fill(0)];
  });
}

function coresOf(text: string | Buffer): number[][] {
  const { bytes, length } = inRoom(text);
  const count = parseStatCores(bytes, length, ROOM.fill(-1));
  assert.ok(count >= 0, `${count}`);
  return Array.from({ length: count }, (_, i) => [
    ...ROOM.subarray(i * CORE_COLUMNS, (i + 1) * CORE_COLUMNS),
  ]);
}

describe('parseStatCores', () => {
  for (const machine of SOUND_MACHINES) {
    it(`reads every core of ${machine}`, () => {
      const file = readFixture(machine, 'stat');
      const expected = expectedOf(file.toString());
      assert.ok(expected.length > 0);
      assert.deepEqual(coresOf(file), expected);
    });
  }

  it('ignores guest time, which user and nice already include', () => {
    assert.deepEqual(coresOf('cpu  0 0 0 0\ncpu7 100 10 20 1000 5 3 4 2 90 9\nintr 0\n'), [
      [7, 100, 10, 20, 1_000, 5, 3, 4, 2],
    ]);
  });

  it('finds no core if the kernel lists none', () => {
    assert.deepEqual(coresOf('cpu  1 2 3 4\n'), []);
    assert.deepEqual(coresOf('cpu  1 2 3 4\nintr 5\n'), []);
  });

  it('reports truncated lines, and never mistakes part of a number for the whole', () => {
    const file = Buffer.from('cpu  1 2 3 4\ncpu0 10 20 30 40\ncpu1 50 60 70 80\nintr 5\n');
    const ends = ['cpu  1 2 3 4\n', 'cpu0 10 20 30 40\n', 'cpu1 50 60 70 80\n'];
    const whole = new Map(ends.map((_, i) => [ends.slice(0, i + 1).join('').length, i]));
    forEveryCut(file, (bytes, length, where) => {
      const count = parseStatCores(bytes, length, ROOM);
      // Text that ends with a line may be a short file, or the start of a longer one that filled the reader's buffer.
      const atLineEnd = bytes.length > length ? (whole.get(length) ?? CUT_OFF) : CUT_OFF;
      assert.equal(count, length >= ends.join('').length + 3 ? 2 : atLineEnd, where);
    });
  });

  it('reports when there are more cores than it has room for', () => {
    const { bytes, length } = inRoom('cpu  1 2 3 4\ncpu0 1 2 3 4\ncpu1 1 2 3 4\nintr 0\n');
    assert.equal(parseStatCores(bytes, length, new Float64Array(CORE_COLUMNS)), NO_ROOM);
    assert.equal(parseStatCores(bytes, length, new Float64Array(2 * CORE_COLUMNS)), 2);
  });

  it('rejects a column that is not a number, and quotes it', () => {
    for (const line of [
      'cpu0 1 2 x 4',
      'cpu0 1 -2 3 4',
      'cpu 1 2 3 4',
      'cpu0  1',
      'cpu0 9007199254740993 1 1 1',
    ]) {
      assertParseError(() => coresOf(`cpu  1 2 3 4\n${line}\nintr 0\n`), 'stat', line.slice(0, 6));
    }
  });

  it('throws nothing but PROC_PARSE for any bytes', () => {
    fc.assert(
      fc.property(hostileBytes('cpu  1 2 3 4\ncpu0 1 2 '), (bytes) => {
        const outcome = outcomeOf(() => parseStatCores(bytes, bytes.length, ROOM));
        if (outcome !== 'PROC_PARSE') assert.ok(outcome[0]! >= NO_ROOM);
      }),
      { numRuns: 2_000 },
    );
  });
});

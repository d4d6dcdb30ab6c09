import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { HISTORY_COLUMNS } from '../../src/shared/fields.js';
import { CACHE_LINE, createSharedMemory, RECORDER_OFFSET } from '../../src/shared/layout.js';
import {
  type History,
  RecorderReader,
  RecorderWriter,
  ROW_MIN_MS,
  rowsFor,
} from '../../src/shared/recorder.js';
import { createRing, cycleOf, rowOf } from '../support/recorders.js';

/** Rows at alternating distances of 10 ms and 20 ms; row 0 was taken at 1,000 ms. */
function monoMsOf(row: number): number {
  return 1_000 + 15 * row - (row % 2 === 0 ? 0 : 5);
}

function appendRows(writer: RecorderWriter, from: number, to: number): void {
  for (let row = from; row < to; row++) writer.append(monoMsOf(row), 5_000_000 + row, rowOf(row));
}

function rowsOf(history: History): number[] {
  const rows = [...history.wallMs].map((wall) => wall - 5_000_000);
  assert.equal(history.rows, rows.length);
  assert.deepEqual([...history.monoMs], rows.map(monoMsOf));
  assert.equal(history.columns.length, HISTORY_COLUMNS.length);
  for (const [i, column] of history.columns.entries())
    assert.deepEqual(
      [...column],
      rows.map((row) => row + i),
    );
  return rows;
}

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);
}

describe('flight recorder', () => {
  it('returns nothing before the first row', () => {
    const reader = new RecorderReader(createRing(4));
    assert.equal(reader.capacity, 4);
    assert.deepEqual(rowsOf(reader.since(Number.NEGATIVE_INFINITY)), []);
    assert.deepEqual(rowsOf(reader.since(0)), []);
  });

  it('returns all rows before it is full', () => {
    const shared = createRing(10);
    appendRows(new RecorderWriter(shared), 0, 7);
    assert.deepEqual(rowsOf(new RecorderReader(shared).since(Number.NEGATIVE_INFINITY)), range(0, 7));
  });

  it('keeps the newest rows once it is full', () => {
    const shared = createRing(10);
    const writer = new RecorderWriter(shared);
    const reader = new RecorderReader(shared);
    for (let row = 0; row < 35; row++) {
      appendRows(writer, row, row + 1);
      assert.deepEqual(rowsOf(reader.since(Number.NEGATIVE_INFINITY)), range(Math.max(0, row - 9), row + 1));
    }
  });

  it('returns the rows from a time on, including a row at that time', () => {
    const shared = createRing(10);
    appendRows(new RecorderWriter(shared), 0, 25);
    const reader = new RecorderReader(shared);
    assert.deepEqual(rowsOf(reader.since(monoMsOf(20))), range(20, 25));
    assert.deepEqual(rowsOf(reader.since(monoMsOf(20) + 0.001)), range(21, 25));
    assert.deepEqual(rowsOf(reader.since(monoMsOf(24))), [24]);
    assert.deepEqual(rowsOf(reader.since(monoMsOf(24) + 1)), []);
    assert.deepEqual(rowsOf(reader.since(monoMsOf(3))), range(15, 25));
    assert.deepEqual(rowsOf(reader.since(Number.NaN)), []);
  });

  it('returns the same as a plain list, for any ring length and wrap-around', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.nat(120),
        fc.nat(120),
        fc.nat(60),
        (capacity, rows, from, left) => {
          const shared = createRing(capacity, cycleOf(capacity) - 1 - left);
          appendRows(new RecorderWriter(shared), 0, rows);
          const history = new RecorderReader(shared).since(monoMsOf(from));
          assert.deepEqual(rowsOf(history), range(Math.max(from, rows - capacity), rows));
        },
      ),
    );
  });

  it('returns copies that later writes do not change', () => {
    const shared = createRing(4);
    const writer = new RecorderWriter(shared);
    appendRows(writer, 0, 6);
    const history = new RecorderReader(shared).since(0);
    appendRows(writer, 6, 12);
    assert.deepEqual(rowsOf(history), range(2, 6));
  });

  it('keeps an unknown value unknown', () => {
    const shared = createRing(4);
    new RecorderWriter(shared).append(1, 2, rowOf(Number.NaN));
    const [first] = new RecorderReader(shared).since(0).columns;
    assert.deepEqual([...first!], [Number.NaN]);
  });

  it('continues after the rows of the previous writer without losing any', () => {
    const shared = createRing(5);
    appendRows(new RecorderWriter(shared), 0, 7);
    appendRows(new RecorderWriter(shared), 7, 9);
    assert.deepEqual(rowsOf(new RecorderReader(shared).since(0)), range(4, 9));
  });

  it('loses one row to a writer that died during a write, until that row is rewritten', (t) => {
    const shared = createRing(5);
    const writer = new RecorderWriter(shared);
    const reader = new RecorderReader(shared);
    appendRows(writer, 0, 7);
    const store = t.mock.method(Atomics, 'store', () => {
      throw new Error('dies');
    });
    assert.throws(() => appendRows(writer, 7, 8), /dies/);
    store.mock.restore();
    assert.deepEqual(rowsOf(reader.since(0)), range(3, 7));
    appendRows(new RecorderWriter(shared), 7, 8);
    assert.deepEqual(rowsOf(reader.since(0)), range(3, 8));
  });

  it('returns nothing, without waiting, when its only row is half written', (t) => {
    const shared = createRing(1);
    const writer = new RecorderWriter(shared);
    appendRows(writer, 0, 1);
    const store = t.mock.method(Atomics, 'store', () => {
      throw new Error('dies');
    });
    assert.throws(() => appendRows(writer, 1, 2), /dies/);
    store.mock.restore();
    assert.deepEqual(rowsOf(new RecorderReader(shared).since(0)), []);
  });

  it('terminates whatever its words hold', () => {
    for (const [begun, done] of [
      [5, 90],
      [90, 5],
      [cycleOf(5) - 1, 0],
    ] as const) {
      const shared = createRing(5);
      appendRows(new RecorderWriter(shared), 0, 9);
      const words = new Int32Array(shared, RECORDER_OFFSET, (2 * CACHE_LINE) / 4);
      words[0] = begun;
      words[CACHE_LINE / 4] = done;
      assert.equal(new RecorderReader(shared).since(0).rows, 0);
    }
  });

  it('stores and returns no rows without room', () => {
    const shared = createSharedMemory();
    const reader = new RecorderReader(shared);
    appendRows(new RecorderWriter(shared), 0, 3);
    assert.equal(reader.capacity, 0);
    assert.deepEqual(rowsOf(reader.since(Number.NEGATIVE_INFINITY)), []);
  });
});

describe('the length of the flight recorder', () => {
  it('is 0 when it is off', () => {
    assert.equal(rowsFor(0, 50), 0);
  });

  it('covers the configured seconds and two more, at the sample interval', () => {
    assert.equal(rowsFor(900, 50), 902_000 / 50);
    assert.equal(rowsFor(900, 1_000), 902);
    assert.equal(rowsFor(1, 1_000), 3);
    assert.equal(rowsFor(10, 70), Math.ceil(12_000 / 70));
  });

  it('uses rows of 10 ms when samples come faster', () => {
    assert.equal(ROW_MIN_MS, 10);
    assert.equal(rowsFor(900, 1), 90_200);
    assert.equal(rowsFor(900, 10), 90_200);
  });
});

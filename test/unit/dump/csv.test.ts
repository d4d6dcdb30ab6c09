import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { HISTORY_COLUMNS } from '../../../src/shared/fields.js';
import { type History, RecorderReader, RecorderWriter } from '../../../src/shared/recorder.js';
import { csvOf } from '../../../workers/dump/csv.js';
import { createRing, rowOf } from '../../support/recorders.js';

const WALL_MS = Date.parse('2026-03-22T01:37:21.042Z');

function historyOf(rows: readonly Float32Array[]): History {
  const shared = createRing(rows.length + 1);
  const writer = new RecorderWriter(shared);
  for (const [i, values] of rows.entries()) writer.append(12_345.678_9 + 50 * i, WALL_MS + 50 * i, values);
  return new RecorderReader(shared).since(Number.NEGATIVE_INFINITY);
}

describe('a dump as CSV', () => {
  it('has a header line, and a line for each row with its times', () => {
    const values = Float32Array.from(HISTORY_COLUMNS, (_, i) => i + 0.25);
    assert.deepEqual(
      [...csvOf(historyOf([values, values]))],
      [
        `time,monotonic_ms,${HISTORY_COLUMNS.join(',')}\n` +
          '2026-03-22T01:37:21.042Z,12345.679,0.25,1.25,2.25,3.25,4.25,5.25,6.25,7.25,8.25,9.25\n' +
          '2026-03-22T01:37:21.092Z,12395.679,0.25,1.25,2.25,3.25,4.25,5.25,6.25,7.25,8.25,9.25\n',
      ],
    );
  });

  it('has an empty cell for an unknown value, and 0 for 0', () => {
    const values = rowOf(Number.NaN);
    values[3] = 0;
    const [, line] = [...csvOf(historyOf([values]))].join('').split('\n');
    assert.equal(line, '2026-03-22T01:37:21.042Z,12345.679,,,,0,,,,,,');
  });

  it('rounds values to three decimals, without 32-bit float noise', () => {
    const values = Float32Array.from(HISTORY_COLUMNS, () => 33.333_333);
    values[0] = 0.1;
    values[1] = 1e-7;
    const [, line = ''] = [...csvOf(historyOf([values]))].join('').split('\n');
    assert.deepEqual(line.split(',').slice(2, 5), ['0.1', '0', '33.333']);
  });

  it('has only the header line without rows', () => {
    assert.equal([...csvOf(historyOf([]))].join(''), `time,monotonic_ms,${HISTORY_COLUMNS.join(',')}\n`);
  });

  it('comes in pieces of whole lines of the requested length', () => {
    const history = historyOf(Array.from({ length: 100 }, (_, i) => rowOf(i)));
    const pieces = [...csvOf(history, 1_000)];
    assert.ok(pieces.length > 5, `${pieces.length}`);
    for (const piece of pieces.slice(0, -1)) assert.ok(piece.length >= 1_000 && piece.length < 1_200);
    for (const piece of pieces) assert.ok(piece.endsWith('\n'));
    assert.equal(pieces.join(''), [...csvOf(history)].join(''));
  });
});

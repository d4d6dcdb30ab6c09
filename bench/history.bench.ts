import { HistoryRoute } from '../src/bridge/history.js';
import { HISTORY_COLUMNS } from '../src/shared/fields.js';
import { FrameReader } from '../src/shared/frame-store.js';
import { createSharedMemory, TELEMETRY_READER, TELEMETRY_STORE } from '../src/shared/layout.js';
import { RecorderReader, RecorderWriter } from '../src/shared/recorder.js';
import type { Row, Section } from './report.js';
import { type Contestant, type Effort, measure } from './support/cpu-rounds.js';

/** A recorder's rows: a quarter of an hour at the default cadence, and at the shortest distance that rows have. */
const RECORDERS = [
  { rows: 18_000, rowMs: 50 },
  { rows: 90_000, rowMs: 10 },
] as const;
const POINTS = [600, 5_000] as const;
const NOW_MS = 10_000_000;
/** Main thread held for longer than this by one answer: other requests would notice. */
const LIMIT_MS = 30;

/** What an answer of `/history` takes of the main thread, from the rows in shared memory to the bytes that are sent. */
export async function benchHistory(effort: Effort): Promise<Section> {
  const bytes: number[] = [];
  const contestants = RECORDERS.flatMap(({ rows, rowMs }) => {
    const shared = createRecorder(rows, rowMs);
    return POINTS.map((points) => {
      const { contestant, length } = createContestant(shared, rows, rowMs, points);
      bytes.push(length);
      return contestant;
    });
  });
  const costs = await measure(contestants, effort);
  const rows = [...costs].map(
    ([what, cost], i): Row => ({
      what,
      value: cost.cpuUs / 1_000,
      unit: 'ms CPU',
      remark: `${Math.round(bytes[i]! / 1_000)} kB`,
      target: { kind: 'at most', of: 'value', limit: LIMIT_MS },
      details: { ...cost },
    }),
  );
  return {
    part: 'history',
    title: 'GET /history, one answer, hot loop, main thread',
    rows,
    notes: ['A daemon’s first answer takes some 40 ms: its code has not been compiled yet.'],
    failures: [],
  };
}

/** A full recorder with values as they come: CPU and pressure that change from row to row, memory that hardly does. */
function createRecorder(rows: number, rowMs: number): SharedArrayBuffer {
  const shared = createSharedMemory(rows);
  const writer = new RecorderWriter(shared);
  const values = new Float32Array(HISTORY_COLUMNS.length);
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < values.length; i++) values[i] = i < 2 ? (row * 37 + i) % 101 : 10 * i + row / rows;
    const atMs = NOW_MS - (rows - 1 - row) * rowMs;
    writer.append(atMs, atMs, values);
  }
  return shared;
}

function createContestant(
  shared: SharedArrayBuffer,
  rows: number,
  rowMs: number,
  points: number,
): { contestant: Contestant; length: number } {
  // The clock stands still, so that the route's own limit on the time that it takes is never met.
  const clock = { monoMs: () => NOW_MS, wallMs: () => NOW_MS };
  const route = new HistoryRoute({
    identifier: 'bench',
    historySec: (rows * rowMs) / 1_000,
    sampleIntervalMs: rowMs,
    recorder: new RecorderReader(shared),
    frames: new FrameReader(shared, TELEMETRY_STORE, TELEMETRY_READER.main),
    clock,
  });
  const request = { getHeader: () => '', getQuery: () => `points=${points}` };
  const sink = new Float64Array(1);
  return {
    length: route.answer(request).body.length,
    contestant: {
      name: `${points} points of ${rows} rows`,
      run: (times) => {
        for (let i = 0; i < times; i++) sink[0] = route.answer(request).body.length;
      },
    },
  };
}

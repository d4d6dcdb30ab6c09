import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type HistoryAnswer, parseError, parseHistory } from '../../../src/commands/history/answer.js';
import { renderCsv } from '../../../src/commands/history/csv.js';
import { readAsked } from '../../../src/commands/history/query.js';
import { renderTable } from '../../../src/commands/history/table.js';
import { createStyle } from '../../../src/commands/style.js';

const NOW_MS = Date.UTC(2026, 2, 22, 1, 37, 21, 42);

const ANSWER: HistoryAnswer = {
  identifier: 'vps.t1',
  now_ms: NOW_MS,
  seconds: 20,
  interval_ms: 50,
  step_ms: 1_000,
  rows: 60,
  columns: ['cpu_pct', 'load_1'],
  time_ms: [NOW_MS - 2_500, NOW_MS - 1_500, NOW_MS - 1_000, NOW_MS],
  age_ms: [2_500, 1_500, 1_000, 0],
  mean: { cpu_pct: [10, 12.5, null, 15], load_1: [0.5, 0.75, null, 1] },
  max: { cpu_pct: [20, 100, null, 30], load_1: [0.5, 0.75, null, 1] },
};

describe('the query', () => {
  for (const [since, seconds] of [
    ['90s', 90],
    ['5m', 300],
    ['1h', 3_600],
    ['1', 1],
    ['3600', 3_600],
    ['60m', 3_600],
  ] as const) {
    test(`--since ${since}`, () => {
      assert.deepEqual(readAsked(since, undefined), { seconds, points: null });
    });
  }

  test('--points as a number', () => {
    assert.deepEqual(readAsked('5m', '5000'), { seconds: 300, points: 5_000 });
  });

  for (const since of [
    '',
    '0',
    '0s',
    '61m',
    '2h',
    '1d',
    '5 m',
    '5M',
    '-5',
    '1.5h',
    'm',
    '1h30m',
    'constructor',
  ]) {
    test(`--since ${JSON.stringify(since)} is refused`, () => {
      assert.deepEqual(readAsked(since, undefined), [
        `--since: expected a time from 1s to 1h, such as 90s, 5m or 300, got ${JSON.stringify(since)}`,
      ]);
    });
  }

  test('all problems are reported at once', () => {
    assert.deepEqual(readAsked('x', '1&points=2'), [
      '--since: expected a time from 1s to 1h, such as 90s, 5m or 300, got "x"',
      '--points: expected a whole number from 1 to 5000, got "1&points=2"',
    ]);
  });
});

describe('the answer', () => {
  test('is parsed unchanged', () => {
    assert.deepEqual(parseHistory(JSON.stringify(ANSWER)), ANSWER);
  });

  for (const [what, body] of [
    ['no JSON', '<html>'],
    ['null', 'null'],
    ['something else', '{"status":"ok"}'],
    ['without a column', { ...ANSWER, mean: { cpu_pct: ANSWER.mean['cpu_pct'] } }],
    ['with a column that is too short', { ...ANSWER, max: { ...ANSWER.max, load_1: [1] } }],
    ['with a text for a number', { ...ANSWER, max: { ...ANSWER.max, load_1: [1, 2, 3, '4'] } }],
    ['without ages', { ...ANSWER, age_ms: [] }],
    ['with a time that is none', { ...ANSWER, time_ms: [1, 2, 3, null] }],
    ['with a time that no calendar has', { ...ANSWER, time_ms: [1, 2, 3, 1e300] }],
    ['with a name that would break CSV', { ...ANSWER, columns: ['cpu_pct', 'a,b'] }],
    ['without its size', { ...ANSWER, rows: undefined }],
  ] as const) {
    test(`${what} is rejected`, () => {
      assert.equal(parseHistory(typeof body === 'string' ? body : JSON.stringify(body)), null);
    });
  }

  test('an error is parsed with its problems, and nothing else is an error', () => {
    const error = { code: 'invalid_query', message: 'no', problems: ['a', 'b'] };
    assert.deepEqual(parseError(JSON.stringify({ error })), error);
    assert.deepEqual(parseError('{"error":{"code":"x","message":"y"}}'), {
      code: 'x',
      message: 'y',
      problems: [],
    });
    for (const body of ['', 'null', '{}', '{"error":"x"}', '{"error":{"code":1,"message":"y"}}'])
      assert.equal(parseError(body), null);
  });
});

test('CSV has a line for each point, and empty cells for unknown values', () => {
  assert.equal(
    renderCsv(ANSWER),
    [
      'time,cpu_pct_mean,cpu_pct_max,load_1_mean,load_1_max',
      '2026-03-22T01:37:18.542Z,10,20,0.5,0.5',
      '2026-03-22T01:37:19.542Z,12.5,100,0.75,0.75',
      '2026-03-22T01:37:20.042Z,,,,',
      '2026-03-22T01:37:21.042Z,15,30,1,1',
      '',
    ].join('\n'),
  );
});

describe('the table', () => {
  const style = createStyle({ isTTY: false }, { LANG: 'C.UTF-8' });
  const options = { columns: 80, style, hasBlocks: true };

  test('shows the newest value, mean, maximum and sparkline of each column', () => {
    assert.deepEqual(renderTable(ANSWER, options).split('\n'), [
      'vps.t1, the last 20 s until 2026-03-22 01:37:21 UTC',
      '60 samples, 50 ms apart, in 4 points of 1000 ms',
      '',
      '                               now     mean      max  20 s ago         now',
      `cpu_pct                     15.0 %   12.5 %  100.0 %  ${' '.repeat(17)}▂█▃`,
      `load_1                        1.00     0.75     1.00  ${' '.repeat(17)}▄▆█`,
      '',
    ]);
  });

  test('fits a narrow terminal: without sparklines, then with the numbers below the names', () => {
    const long = 'pressure_memory_some_pct';
    const mean = { ...ANSWER.mean, [long]: [null, 1, 1, null] };
    const answer = { ...ANSWER, columns: [...ANSWER.columns, long], mean, max: mean };
    for (const columns of [30, 40, 51, 52, 60, 90])
      for (const each of [answer, { ...answer, time_ms: [] }])
        for (const line of renderTable(each, { ...options, columns }).split('\n'))
          assert.ok(line.length <= columns, line);
    assert.deepEqual(renderTable(ANSWER, { ...options, columns: 30 }).split('\n'), [
      'vps.t1, the last 20 s until',
      '2026-03-22 01:37:21 UTC',
      '60 samples, 50 ms apart, in 4',
      'points of 1000 ms',
      '',
      '      now     mean      max',
      'cpu_pct',
      '   15.0 %   12.5 %  100.0 %',
      'load_1',
      '     1.00     0.75     1.00',
      '',
    ]);
  });

  test('uses the singular for one sample, and a bold name where there are colours', () => {
    const [time_ms, age_ms] = [[NOW_MS], [0]];
    const one = { cpu_pct: [1], load_1: [1] };
    const colours = createStyle({ isTTY: true }, {});
    const answer = { ...ANSWER, identifier: 'vps $& t1', rows: 1, time_ms, age_ms, mean: one, max: one };
    const text = renderTable(answer, { ...options, style: colours });
    assert.ok(text.startsWith('\u001b[1mvps $& t1\u001b[0m, the last 20 s'), text);
    assert.match(text, /1 sample, 50 ms apart, in 1 point of 1000 ms/);
  });

  test('shows now as unknown if sampling has stopped', () => {
    const mean = { cpu_pct: [1, 1, 1, null], load_1: [1, 1, 1, null] };
    const stopped = renderTable({ ...ANSWER, mean }, options);
    assert.match(stopped, /^cpu_pct {20}unknown {4}1\.0 % {2}100\.0 %/m);
  });

  test('shows a column without any value as unknown throughout', () => {
    const none = { cpu_pct: [null, null, null, null], load_1: [null, null, null, null] };
    const text = renderTable({ ...ANSWER, mean: none, max: none }, options);
    assert.equal(text.match(/(unknown\s+){3}/g)?.length, 2);
  });

  test('is one line without samples, and replaces escapes in the name', () => {
    const empty = { ...ANSWER, identifier: '\u001b[31mx', time_ms: [], rows: 0 };
    assert.equal(renderTable(empty, options), '?[31mx: no sample was taken in the last 20 s\n');
  });

  test('draws the sparkline by monotonic age, including the oldest point', () => {
    const time_ms = [NOW_MS + 60_000, NOW_MS - 90_000, NOW_MS - 1_000, NOW_MS];
    const text = renderTable({ ...ANSWER, time_ms, age_ms: [20_700, 1_500, 1_000, 0] }, options);
    assert.match(text, /^cpu_pct {21}15\.0 % {3}12\.5 % {2}100\.0 % {2}▂ {17}█▃$/m);
  });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type Family,
  histogram,
  info,
  labelled,
  renderFamilies,
  single,
} from '../../../src/metrics/exposition.js';
import { parseExposition } from '../../support/prometheus-text.js';

const FAMILIES: readonly Family[] = [
  info('x_build', 'What it is.', { version: '1' }),
  labelled('counter', 'x_cpu_seconds', 'Time.', 'mode', { user: 1.5, idle: 2e21 }),
  single('gauge', 'x_level', 'A level.', -3),
  histogram(
    'x_wait_seconds',
    'Waits.',
    [
      ['0.5', 2],
      ['+Inf', 3],
    ],
    4.25,
  ),
];

test('OpenMetrics names families without their suffix, has units, and ends with EOF', () => {
  assert.equal(
    renderFamilies(FAMILIES, 'openmetrics'),
    `# TYPE x_build info
# HELP x_build What it is.
x_build_info{version="1"} 1
# TYPE x_cpu_seconds counter
# UNIT x_cpu_seconds seconds
# HELP x_cpu_seconds Time.
x_cpu_seconds_total{mode="user"} 1.5
x_cpu_seconds_total{mode="idle"} 2e+21
# TYPE x_level gauge
# HELP x_level A level.
x_level -3
# TYPE x_wait_seconds histogram
# UNIT x_wait_seconds seconds
# HELP x_wait_seconds Waits.
x_wait_seconds_bucket{le="0.5"} 2
x_wait_seconds_bucket{le="+Inf"} 3
x_wait_seconds_sum 4.25
x_wait_seconds_count 3
# EOF
`,
  );
});

test('the classic text names families like their samples, and has neither info nor units', () => {
  assert.equal(
    renderFamilies(FAMILIES, 'classic'),
    `# TYPE x_build_info gauge
# HELP x_build_info What it is.
x_build_info{version="1"} 1
# TYPE x_cpu_seconds_total counter
# HELP x_cpu_seconds_total Time.
x_cpu_seconds_total{mode="user"} 1.5
x_cpu_seconds_total{mode="idle"} 2e+21
# TYPE x_level gauge
# HELP x_level A level.
x_level -3
# TYPE x_wait_seconds histogram
# HELP x_wait_seconds Waits.
x_wait_seconds_bucket{le="0.5"} 2
x_wait_seconds_bucket{le="+Inf"} 3
x_wait_seconds_sum 4.25
x_wait_seconds_count 3
`,
  );
});

test('unknown values are omitted, and so are families without a known value', () => {
  const families = [
    labelled('gauge', 'x_age_seconds', 'Age.', 'of', { a: Number.NaN, b: 0, c: null }),
    single('gauge', 'x_gone', 'Gone.', Number.NaN),
    single('gauge', 'x_none', 'None.', null),
    histogram('x_unseen', 'Unseen.', [['+Inf', 0]], 0),
    histogram('x_unknown', 'Unknown.', [['+Inf', Number.NaN]], Number.NaN),
  ];
  assert.deepEqual(parseExposition(renderFamilies(families, 'openmetrics')), [
    { name: 'x_age_seconds', labels: { of: 'b' }, value: 0 },
  ]);
  assert.ok(!renderFamilies(families, 'classic').includes('x_gone'));
});

test('a label carries any text except NUL, which would end the text for a parser', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      for (const format of ['openmetrics', 'classic'] as const) {
        const [sample] = parseExposition(renderFamilies([info('x', 'X.', { text })], format));
        assert.equal(sample?.labels['text'], text.replaceAll('\0', '\ufffd'));
      }
    }),
  );
});

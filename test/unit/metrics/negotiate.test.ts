import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { chooseFormat } from '../../../src/metrics/negotiate.js';

const OPEN = 'application/openmetrics-text';

describe('OpenMetrics is chosen for', () => {
  for (const [who, accept] of [
    [
      'Prometheus 2',
      `${OPEN};version=1.0.0,${OPEN};version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1`,
    ],
    [
      'Prometheus 3',
      `${OPEN};version=1.0.0;escaping=allow-utf-8;q=0.5,${OPEN};version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1`,
    ],
    [
      'one that likes protobuf best',
      `application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.6,${OPEN};version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.2`,
    ],
    ['one that names it and no version', OPEN],
    [
      'one that writes capitals, blanks and quotes',
      'Application/OpenMetrics-Text ; Version="1.0.0" ; Q=0.9 , text/plain;q=0.8',
    ],
    ['one that likes both alike', `text/plain, ${OPEN}`],
    ['one that likes the classic text less than all else', `*/*, text/plain;q=0.1, ${OPEN};q=0.2`],
  ] as const) {
    test(who, () => assert.equal(chooseFormat(accept), 'openmetrics'));
  }
});

describe('the classic text is chosen for', () => {
  for (const [who, accept] of [
    ['one that says nothing', ''],
    ['curl', '*/*'],
    ['a browser', 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8'],
    ['Prometheus 1', 'text/plain;version=0.0.4;q=1,*/*;q=0.1'],
    ['one that knows an older OpenMetrics only', `${OPEN};version=0.0.1,text/plain;q=0.5`],
    ['one that likes it better', `${OPEN};q=0.5,text/plain;q=0.6`],
    ['one that likes all text better', `${OPEN};q=0.5,text/*;q=0.6`],
    ['one that forbids OpenMetrics', `${OPEN};q=0`],
    ['one whose q is no number', `${OPEN};q=high`],
    ['one whose q is out of range', `${OPEN};q=2`],
    ['one that takes neither', 'image/png'],
  ] as const) {
    test(who, () => assert.equal(chooseFormat(accept), 'classic'));
  }
});

test('any header chooses one of the two formats', () => {
  const part = fc.constantFrom(
    OPEN,
    'text/plain',
    '*/*',
    ';',
    ',',
    'q=',
    '0.5',
    '"',
    '=',
    ' ',
    'version=1.0.0',
    '\u00ff',
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(part, fc.string())), (parts) => {
      assert.ok(['openmetrics', 'classic'].includes(chooseFormat(parts.join(''))));
    }),
  );
});

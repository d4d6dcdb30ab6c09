import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSettings } from '#plugin/settings.js';

const DEFAULTS = { monitorPort: 7311, reportIntervalSec: 30, tokenFile: null };

for (const [what, raw] of [
  ['nothing', undefined],
  ['null', null],
  ['an empty object', {}],
  ['empty fields of a form', { monitor_port: '', reportIntervalSec: null, monitor_bridge_token_file: ' ' }],
  ['unknown keys', { colour: 'blue' }],
] as const) {
  test(`${what} gives the defaults, and no problem`, () => {
    assert.deepEqual(readSettings(raw), { settings: DEFAULTS, problems: [] });
  });
}

test('values in their range are accepted, numbers as text, too', () => {
  assert.deepEqual(
    readSettings({ monitor_port: 65_535, reportIntervalSec: 1, monitor_bridge_token_file: '/run/token' }),
    { settings: { monitorPort: 65_535, reportIntervalSec: 1, tokenFile: '/run/token' }, problems: [] },
  );
  assert.deepEqual(readSettings({ monitor_port: '8000', reportIntervalSec: ' 2.5 ' }).settings, {
    monitorPort: 8000,
    reportIntervalSec: 2.5,
    tokenFile: null,
  });
});

for (const port of [0, -1, 65_536, 1.5, Number.NaN, Number.POSITIVE_INFINITY, true, 'x', '0x10', [], {}]) {
  test(`the port ${JSON.stringify(port)} is replaced by the default, and reported`, () => {
    const { settings, problems } = readSettings({ monitor_port: port, reportIntervalSec: 5 });
    assert.deepEqual(settings, { ...DEFAULTS, reportIntervalSec: 5 });
    assert.equal(problems.length, 1);
    assert.match(problems[0]!, /^monitor_port: expected a whole number from 1 to 65535, got .+; using 7311$/);
  });
}

for (const interval of [0, 0.5, 3_601, -30, '1e3', 'soon', false, Number.NaN]) {
  test(`the interval ${JSON.stringify(interval)} is replaced by the default, and reported`, () => {
    const { settings, problems } = readSettings({ reportIntervalSec: interval });
    assert.deepEqual(settings, DEFAULTS);
    assert.match(problems.join(), /^reportIntervalSec: expected a number from 1 to 3600, got .+; using 30$/);
  });
}

for (const file of ['token', './token', 7, ['/a'], '/a\0b']) {
  test(`the token file ${JSON.stringify(file)} is ignored, and reported`, () => {
    const { settings, problems } = readSettings({ monitor_bridge_token_file: file });
    assert.equal(settings.tokenFile, null);
    assert.match(
      problems.join(),
      /^monitor_bridge_token_file: expected the absolute path of a file \(value not shown\)/,
    );
  });
}

test('a configuration that is not an object is reported, and all problems are listed at once', () => {
  assert.match(readSettings('yes').problems.join(), /^config: expected an object, got "yes"/);
  assert.match(readSettings([1]).problems.join(), /^config: expected an object, got \[1\]/);
  assert.equal(
    readSettings({ monitor_port: 0, reportIntervalSec: 0, monitor_bridge_token_file: 0 }).problems.length,
    3,
  );
});

test('a value that cannot be serialized does no harm, and a long one is truncated', () => {
  const circle: Record<string, unknown> = {};
  circle['self'] = circle;
  assert.equal(readSettings({ monitor_port: circle }).settings.monitorPort, 7311);
  assert.equal(readSettings({ monitor_port: 10n }).settings.monitorPort, 7311);
  assert.ok(readSettings({ monitor_port: 'x'.repeat(10_000) }).problems.join().length < 200);
});

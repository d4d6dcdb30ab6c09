import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parseRetryAfter } from '../../../workers/net/retry-after.js';

const NOON = 'Sun, 22 Mar 2026 12:00:00 GMT';
const NOON_MS = Date.UTC(2026, 2, 22, 12);

describe('parseRetryAfter', () => {
  for (const [text, expected] of [
    ['0', 0],
    ['120', 120_000],
    [' 7 ', 7_000],
    ['007', 7_000],
  ] as const) {
    it(`takes ${JSON.stringify(text)} for seconds`, () => {
      assert.equal(parseRetryAfter(text, undefined, NOON_MS), expected);
    });
  }

  it('gives a number of seconds beyond all reason as it came', () => {
    assert.equal(parseRetryAfter('9'.repeat(400), undefined, NOON_MS), Number.POSITIVE_INFINITY);
  });

  it("takes a date relative to the answer's own Date, whatever the host's clock says", () => {
    assert.equal(parseRetryAfter('Sun, 22 Mar 2026 12:01:30 GMT', NOON, 0), 90_000);
  });

  it("takes a date relative to the host's clock where the answer has no Date", () => {
    assert.equal(parseRetryAfter('Sun, 22 Mar 2026 12:01:30 GMT', undefined, NOON_MS + 30_000), 60_000);
  });

  it("takes a date relative to the host's clock where the answer's Date is garbage", () => {
    assert.equal(parseRetryAfter('Sun, 22 Mar 2026 12:01:30 GMT', 'about noon 12', NOON_MS), 90_000);
  });

  it('gives 0 for a date that is past', () => {
    assert.equal(parseRetryAfter('Sun, 22 Mar 2026 11:00:00 GMT', NOON, NOON_MS), 0);
  });

  it('reads the two obsolete forms of a date', () => {
    assert.equal(parseRetryAfter('Sunday, 22-Mar-26 12:00:05 GMT', NOON, 0), 5_000);
    assert.equal(parseRetryAfter('Sun Mar 22 12:00:05 2026', 'Sun Mar 22 12:00:00 2026', 0), 5_000);
  });

  it('takes asctime, which names no zone, for GMT and not for local time', (t) => {
    const zone = process.env['TZ'];
    t.after(() => {
      if (zone === undefined) delete process.env['TZ'];
      else process.env['TZ'] = zone;
    });
    process.env['TZ'] = 'Asia/Tokyo';
    assert.equal(parseRetryAfter('Sun Mar 22 12:00:05 2026', undefined, NOON_MS), 5_000);
  });

  for (const text of [
    '',
    '-5',
    '1.5',
    '1e3',
    '0x10',
    '5s',
    'soon',
    'Soon 5',
    '2026-03-22',
    'Sun, 22 Mar',
    'NaN',
  ]) {
    it(`finds nothing usable in ${JSON.stringify(text)}`, () => {
      assert.equal(parseRetryAfter(text, NOON, NOON_MS), null);
    });
  }

  it('finds nothing where there is no header', () => {
    assert.equal(parseRetryAfter(undefined, NOON, NOON_MS), null);
  });

  it('gives a number that is not negative, or null, for any text', () => {
    const texts = fc.oneof(fc.string(), fc.stringMatching(/^(Sun|Mon)[, ]*[\w: ,-]{0,30}$/));
    fc.assert(
      fc.property(texts, fc.option(texts, { nil: undefined }), (retryAfter, date) => {
        const ms = parseRetryAfter(retryAfter, date, NOON_MS);
        assert.ok(ms === null || ms >= 0, String(ms));
      }),
    );
  });
});

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
    it(`reads ${JSON.stringify(text)} as seconds`, () => {
      assert.equal(parseRetryAfter(text, undefined, NOON_MS), expected);
    });
  }

  it('returns Infinity for an absurd number of seconds', () => {
    assert.equal(parseRetryAfter('9'.repeat(400), undefined, NOON_MS), Number.POSITIVE_INFINITY);
  });

  it("reads a date relative to the Date header, whatever the host's clock says", () => {
    assert.equal(parseRetryAfter('Sun, 22 Mar 2026 12:01:30 GMT', NOON, 0), 90_000);
  });

  it("reads a date relative to the host's clock without a Date header", () => {
    assert.equal(parseRetryAfter('Sun, 22 Mar 2026 12:01:30 GMT', undefined, NOON_MS + 30_000), 60_000);
  });

  it("reads a date relative to the host's clock if the Date header is malformed", () => {
    assert.equal(parseRetryAfter('Sun, 22 Mar 2026 12:01:30 GMT', 'about noon 12', NOON_MS), 90_000);
  });

  it('returns 0 for a past date', () => {
    assert.equal(parseRetryAfter('Sun, 22 Mar 2026 11:00:00 GMT', NOON, NOON_MS), 0);
  });

  it('reads the two obsolete forms of a date', () => {
    assert.equal(parseRetryAfter('Sunday, 22-Mar-26 12:00:05 GMT', NOON, 0), 5_000);
    assert.equal(parseRetryAfter('Sun Mar 22 12:00:05 2026', 'Sun Mar 22 12:00:00 2026', 0), 5_000);
  });

  it('reads asctime, which has no zone, as GMT and not as local time', (t) => {
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
    it(`returns null for ${JSON.stringify(text)}`, () => {
      assert.equal(parseRetryAfter(text, NOON, NOON_MS), null);
    });
  }

  it('returns null without a header', () => {
    assert.equal(parseRetryAfter(undefined, NOON, NOON_MS), null);
  });

  it('returns a non-negative number or null for any text', () => {
    const texts = fc.oneof(fc.string(), fc.stringMatching(/^(Sun|Mon)[, ]*[\w: ,-]{0,30}$/));
    fc.assert(
      fc.property(texts, fc.option(texts, { nil: undefined }), (retryAfter, date) => {
        const ms = parseRetryAfter(retryAfter, date, NOON_MS);
        assert.ok(ms === null || ms >= 0, String(ms));
      }),
    );
  });
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { checkBackend } from '../../../src/commands/doctor/backend.js';
import { judgeAnswer, judgeClock } from '../../../src/commands/doctor/judge-answer.js';

const URL_OF_BACKEND = new URL('https://backend.example/base');
const ORIGIN = '/etc/harborforge/api-key';

describe('the answer to an empty body', () => {
  for (const [status, verdict, pattern] of [
    [400, 'ok', /^accepted/],
    [422, 'ok', /^accepted/],
    [401, 'problem', /^refused with HTTP 401/],
    [403, 'problem', /^refused with HTTP 403/],
    [200, 'warning', /says nothing/],
    [301, 'problem', /redirects are not followed/],
    [404, 'problem', /heartbeats are not taken there/],
    [405, 'problem', /heartbeats are not taken there/],
    [418, 'problem', /HTTP 418/],
    [429, 'warning', /too many/],
    [503, 'warning', /has a fault/],
  ] as const) {
    test(`HTTP ${status}: ${verdict}`, () => {
      const answer = { status, date: null, location: null, ms: 1 };
      const finding = judgeAnswer(answer, URL_OF_BACKEND, ORIGIN);
      assert.deepEqual([finding.name, finding.verdict], ['api-key', verdict]);
      assert.match(finding.found, pattern);
      assert.equal(finding.advice === null, verdict === 'ok');
    });
  }

  test('a redirect is shown without its query and without control characters', () => {
    const location = 'https://other.example/\x1b[2J?token=SECRET';
    const { found } = judgeAnswer({ status: 302, date: null, location, ms: 1 }, URL_OF_BACKEND, ORIGIN);
    assert.ok(found.includes('https://other.example/?[2J,') && !found.includes('SECRET'), found);
  });
});

describe('the clock', () => {
  const DATE = 'Sun, 22 Mar 2026 01:37:21 GMT';
  for (const [offsetMs, verdict, pattern] of [
    [500, 'ok', /^this host's clock is 0\.0 s behind the backend's$/],
    [5_400, 'ok', /4\.9 s ahead of/],
    [5_600, 'warning', /5\.1 s ahead of/],
    [-4_400, 'ok', /4\.9 s behind/],
    [-4_600, 'warning', /5\.1 s behind/],
  ] as const) {
    test(`${offsetMs} ms after the header is ${verdict}`, () => {
      const finding = judgeClock(DATE, Date.parse(DATE) + offsetMs);
      assert.equal(finding?.verdict, verdict);
      assert.match(finding?.found ?? '', pattern);
    });
  }

  test('is not judged if the backend sends no valid date', () => {
    for (const date of [null, '', 'yesterday']) assert.equal(judgeClock(date, 0), null);
  });
});

describe('a backend without TLS', () => {
  for (const [host, verdict] of [
    ['127.0.0.1', 'ok'],
    ['127.8.9.10', 'ok'],
    ['[::1]', 'ok'],
    ['a.localhost', 'ok'],
    ['127.evil.example', 'warning'],
    ['localhost.evil.example', 'warning'],
    ['10.0.0.1', 'warning'],
  ] as const) {
    test(`${host}: ${verdict}`, async () => {
      // Nothing listens on port 1, here or at the proxy: only the finding about the URL matters.
      const url = new URL(`http://${host}:1`);
      const env = { http_proxy: 'http://127.0.0.1:1' };
      const clock = { monoMs: () => performance.now(), wallMs: () => Date.now() };
      const findings = await checkBackend({ url, apiKey: null, version: '1', env, ...clock });
      assert.equal(findings.find(({ name }) => name === 'backend')?.verdict, verdict);
    });
  }
});

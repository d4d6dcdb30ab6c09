import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createGuard } from '../../../src/bridge/guard.js';
import { Secret } from '../../../src/secret.js';

/** A request with these headers and no other. */
function request(headers: {
  host: string;
  origin?: string;
  authorization?: string;
  'sec-fetch-site'?: string;
}) {
  const byName = new Map(Object.entries(headers));
  return { getHeader: (name: string) => byName.get(name) ?? '' };
}

describe('without a token', () => {
  const guard = createGuard(null);
  const status = (host: string, origin = '') =>
    guard(request({ host, origin }))?.status.slice(0, 3) ?? 'pass';

  for (const host of [
    '127.0.0.1',
    '127.0.0.1:7311',
    '127.0.0.1:1',
    '127.0.0.1:65535',
    'localhost',
    'localhost:7311',
    'LOCALHOST',
    'LocalHost:80',
    '[::1]',
    '[::1]:7311',
  ]) {
    test(`Host ${host} passes`, () => assert.equal(status(host), 'pass'));
  }

  for (const host of [
    '',
    'example.com',
    'example.com:7311',
    '0.0.0.0',
    '127.0.0.2',
    '127.1',
    '0x7f000001',
    '2130706433',
    '127.0.0.1.example.com',
    'example.com.127.0.0.1',
    'localhost.example.com',
    'localhost.',
    '127.0.0.1.',
    'sub.localhost',
    'user@127.0.0.1',
    'user@localhost:7311',
    '127.0.0.1@example.com',
    '127.0.0.1:80@example.com',
    '127.0.0.1:',
    '127.0.0.1:port',
    '127.0.0.1:123456',
    '127.0.0.1 example.com',
    '127.0.0.1,example.com',
    '127.0.0.1/example.com',
    '127.0.0.1\nexample.com',
    '127x0y0z1',
    '::1',
    '[::1',
    '[::2]',
    '[::ffff:127.0.0.1]',
    '[::1].example.com',
    '[0:0:0:0:0:0:0:1]',
  ]) {
    test(`Host ${JSON.stringify(host)} is 421`, () => assert.equal(status(host), '421'));
  }

  for (const origin of ['null', 'http://127.0.0.1:7311', 'https://example.com', 'http://localhost', '*']) {
    test(`Origin ${origin} is 403`, () => assert.equal(status('127.0.0.1', origin), '403'));
  }

  for (const [site, expected] of [
    ['cross-site', '403'],
    ['same-site', '403'],
    ['same-origin, cross-site', '403'],
    ['something new', '403'],
    ['same-origin', 'pass'],
    ['none', 'pass'],
  ] as const) {
    test(`Sec-Fetch-Site: ${site} is ${expected}`, () => {
      const refusal = guard(request({ host: 'localhost', 'sec-fetch-site': site }));
      assert.equal(refusal?.status.slice(0, 3) ?? 'pass', expected);
    });
  }

  test('a valid Host does not make a later invalid one pass', () => {
    assert.equal(status('localhost:1'), 'pass');
    assert.equal(status('example.com'), '421');
    assert.equal(status('localhost:1'), 'pass');
    assert.equal(status(''), '421');
  });

  test('a refused Host is refused again', () => {
    assert.equal(status('example.com'), '421');
    assert.equal(status('example.com'), '421');
  });
});

describe('with a token', () => {
  const guard = createGuard(new Secret('correct-horse-battery'));
  const answer = (authorization: string) => guard(request({ host: '127.0.0.1', authorization }));

  test('the token as a bearer passes', () => assert.equal(answer('Bearer correct-horse-battery'), null));

  for (const [what, authorization] of [
    ['none', ''],
    ['another', 'Bearer wrong-horse-battery'],
    ['a prefix of it', 'Bearer correct-horse'],
    ['more than it', 'Bearer correct-horse-battery2'],
    ['another scheme', 'Basic correct-horse-battery'],
    ['no scheme', 'correct-horse-battery'],
    ['another case', 'Bearer CORRECT-HORSE-BATTERY'],
    ['what a hidden secret shows', 'Bearer [hidden]'],
  ] as const) {
    test(`${what} is 401 with www-authenticate`, () => {
      const refusal = answer(authorization);
      assert.equal(refusal?.status, '401 Unauthorized');
      assert.deepEqual(refusal.headers, [['www-authenticate', 'Bearer']]);
    });
  }

  test('a wrong Host is 421 and an Origin 403, whatever the token', () => {
    assert.equal(
      guard(request({ host: 'example.com', authorization: 'Bearer correct-horse-battery' }))?.status.slice(
        0,
        3,
      ),
      '421',
    );
    assert.equal(
      guard(
        request({ host: 'localhost', origin: 'null', authorization: 'Bearer correct-horse-battery' }),
      )?.status.slice(0, 3),
      '403',
    );
  });

  test('no refusal shows the token', () => {
    const bodies = [
      answer(''),
      guard(request({ host: 'x' })),
      guard(request({ host: 'localhost', origin: 'x' })),
    ];
    assert.ok(!JSON.stringify(bodies).includes('correct-horse'));
  });
});

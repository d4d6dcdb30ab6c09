import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MonitorError } from '../../../src/shared/errors.js';
import { proxyFor, readProxies } from '../../../src/shared/proxies.js';

describe('readProxies', () => {
  it('finds none in an empty environment', () => {
    assert.deepEqual(readProxies({}), { httpProxy: null, httpsProxy: null });
  });

  it('keeps the two proxies apart', () => {
    const env = { http_proxy: 'http://a.example:1', https_proxy: 'https://b.example:2' };
    assert.deepEqual(readProxies(env), {
      httpProxy: new URL(env.http_proxy),
      httpsProxy: new URL(env.https_proxy),
    });
  });

  it('prefers the lower-case name, even if it is empty', () => {
    assert.equal(
      readProxies({ http_proxy: 'http://a.example', HTTP_PROXY: 'http://b.example' }).httpProxy?.href,
      'http://a.example/',
    );
    assert.equal(readProxies({ http_proxy: '', HTTP_PROXY: 'http://b.example' }).httpProxy, null);
    assert.equal(readProxies({ HTTPS_PROXY: 'http://b.example' }).httpsProxy?.href, 'http://b.example/');
  });

  for (const text of ['proxy.example:3128', '10.1.2.3:3128', 'proxy', 'user:secret@proxy.example:3128']) {
    it(`reads ${text} as an http proxy`, () => {
      assert.equal(readProxies({ https_proxy: text }).httpsProxy?.href, `http://${text}/`);
    });
  }

  for (const text of [
    'http://',
    'ftp://proxy.example',
    'socks5://proxy.example:1080',
    'http://user:se%cret@proxy.example',
    'http://a b',
    'proxy:99999',
  ]) {
    it(`names the variable of the invalid proxy ${text} without showing its value`, () => {
      assert.throws(
        () => readProxies({ https_proxy: text }),
        (error) => {
          assert.ok(error instanceof MonitorError);
          assert.equal(error.code, 'CONFIG_INVALID');
          assert.equal(
            error.message,
            'https_proxy: expected an http:// or https:// URL such as http://proxy.example:3128',
          );
          return true;
        },
      );
    });
  }
});

describe('the proxy in use', () => {
  const PROXY = 'http://proxy.example:3128';
  for (const [what, url, env, expected] of [
    ['none is set', 'https://b.example', {}, null],
    ['https_proxy for https', 'https://b.example', { https_proxy: PROXY }, 'proxy.example:3128'],
    ['https_proxy not for http', 'http://b.example', { https_proxy: PROXY }, null],
    ['http_proxy for http', 'http://b.example', { http_proxy: PROXY }, 'proxy.example:3128'],
    ['http_proxy for https, too', 'https://b.example', { HTTP_PROXY: PROXY }, 'proxy.example:3128'],
    ['never for this machine', 'http://127.0.0.1:1', { http_proxy: PROXY }, null],
    ['no_proxy, the same name', 'https://b.example', { https_proxy: PROXY, no_proxy: 'x, b.example' }, null],
    ['no_proxy, a domain', 'https://a.b.example', { https_proxy: PROXY, NO_PROXY: '.b.example' }, null],
    ['no_proxy, everything', 'https://b.example', { https_proxy: PROXY, no_proxy: '*' }, null],
    [
      'no_proxy, another port',
      'https://b.example',
      { https_proxy: PROXY, no_proxy: 'b.example:8' },
      'proxy.example:3128',
    ],
    ['no_proxy, its port', 'https://b.example', { https_proxy: PROXY, no_proxy: 'b.example:443' }, null],
    [
      'no_proxy, a part of a name',
      'https://ab.example',
      { https_proxy: PROXY, no_proxy: 'b.example' },
      'proxy.example:3128',
    ],
  ] as const) {
    it(what, () => assert.equal(proxyFor(new URL(url), env)?.host ?? null, expected));
  }
});

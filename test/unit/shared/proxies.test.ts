import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MonitorError } from '../../../src/shared/errors.js';
import { readProxies } from '../../../src/shared/proxies.js';

describe('readProxies', () => {
  it('finds none in an empty environment', () => {
    assert.deepEqual(readProxies({}), { httpProxy: '', httpsProxy: '' });
  });

  it('keeps the two proxies apart', () => {
    const env = { http_proxy: 'http://a.example:1', https_proxy: 'https://b.example:2' };
    assert.deepEqual(readProxies(env), { httpProxy: env.http_proxy, httpsProxy: env.https_proxy });
  });

  it('takes the lower-case name first, even where it is empty', () => {
    assert.equal(
      readProxies({ http_proxy: 'http://a.example', HTTP_PROXY: 'http://b.example' }).httpProxy,
      'http://a.example',
    );
    assert.equal(readProxies({ http_proxy: '', HTTP_PROXY: 'http://b.example' }).httpProxy, '');
    assert.equal(readProxies({ HTTPS_PROXY: 'http://b.example' }).httpsProxy, 'http://b.example');
  });

  for (const text of ['proxy.example:3128', '10.1.2.3:3128', 'proxy', 'user:secret@proxy.example:3128']) {
    it(`takes ${text} for a proxy that speaks http`, () => {
      assert.equal(readProxies({ https_proxy: text }).httpsProxy, `http://${text}`);
    });
  }

  it('takes a SOCKS proxy', () => {
    assert.equal(
      readProxies({ http_proxy: 'socks5://proxy.example:1080' }).httpProxy,
      'socks5://proxy.example:1080',
    );
  });

  for (const text of [
    'http://',
    'ftp://proxy.example',
    'http://user:se%cret@proxy.example',
    'http://a b',
    'proxy:99999',
  ]) {
    it(`names the variable of ${text}, which is no proxy, and does not show it`, () => {
      assert.throws(
        () => readProxies({ https_proxy: text }),
        (error) => {
          assert.ok(error instanceof MonitorError);
          assert.equal(error.code, 'CONFIG_INVALID');
          assert.equal(error.message, 'https_proxy: expected a URL such as http://proxy.example:3128');
          return true;
        },
      );
    });
  }
});

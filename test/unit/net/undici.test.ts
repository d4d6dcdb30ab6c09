import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { describe, it } from 'node:test';
import { DirectAgent, ProxyingAgent, request } from '../../../workers/net/undici.js';

const require = createRequire(import.meta.url);

describe('the parts of undici', () => {
  it('are the ones that the package itself exports', () => {
    const entry = require('undici') as typeof import('undici');
    assert.equal(DirectAgent, entry.Agent);
    assert.equal(ProxyingAgent, entry.EnvHttpProxyAgent);
  });

  it('post a request with the options that a heartbeat uses', async (t) => {
    const agent = new DirectAgent({ connections: 1, pipelining: 1, keepAliveTimeout: 65_000 });
    t.after(() => agent.destroy());
    await assert.rejects(
      request(agent, { origin: 'http://127.0.0.1:1', path: '/', method: 'POST', body: '{}' }),
      {
        code: 'ECONNREFUSED',
      },
    );
  });

  it('refuse an option that they do not know how to follow', () => {
    const agent = new DirectAgent({ keepAliveTimeout: -1 });
    assert.throws(
      () => agent.dispatch({ origin: 'http://127.0.0.1:1', path: '/', method: 'GET' }, {}),
      /keepAliveTimeout/,
    );
  });
});

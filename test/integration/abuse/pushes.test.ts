import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { fileCleanup, JSON_TYPE, push, readHealth, startBridge } from '../../support/bridge-client.js';
import { onEachTransport } from '../../support/bridge-transports.js';
import { rawRequest } from '../../support/raw-http.js';

const VERSIONS = '"version":"hostile","plugin_version":"1"';
/** What is pushed, and whether it is taken. */
const BODIES: Readonly<Record<string, readonly [body: string | Uint8Array, status: 200 | 400]>> = {
  'all that it needs under __proto__': [`{"__proto__":{${VERSIONS}}}`, 400],
  'all that it needs under constructor.prototype': [`{"constructor":{"prototype":{${VERSIONS}}}}`, 400],
  'agents under __proto__': [`{${VERSIONS},"__proto__":{"agents":["polluted"]}}`, 200],
  'keys of Object in place of what it needs': [
    '{"toString":"x","hasOwnProperty":1,"version":{"toString":"x"}}',
    400,
  ],
  'the same key twice': [`{"version":"first","plugin_version":"1",${VERSIONS}}`, 200],
  'arrays 15,000 deep': ['['.repeat(15_000) + ']'.repeat(15_000), 400],
  'objects 15,000 deep and no end': ['{"a":'.repeat(13_000), 400],
  'an agent 8,000 deep': [`{${VERSIONS},"agents":[${'{"a":'.repeat(8_000)}1${'}'.repeat(8_000)}]}`, 400],
  'an agent 60 deep': [`{${VERSIONS},"agents":[${'{"a":'.repeat(60)}1${'}'.repeat(60)}]}`, 200],
  '30,000 agents': [`{${VERSIONS},"agents":[${'1,'.repeat(30_000)}1]}`, 400],
  'a number of 60,000 digits': [`{${VERSIONS},"x":${'9'.repeat(60_000)}}`, 200],
  '6,000 keys': [`{${VERSIONS},${Array.from({ length: 6_000 }, (_, i) => `"${i}":1`).join()}}`, 200],
  'a version of 60,000 characters': [`{"version":"${'x'.repeat(60_000)}","plugin_version":"1"}`, 400],
  'a zero byte': [`{${VERSIONS}}\0`, 400],
  'UTF-16': [Buffer.from(`{${VERSIONS}}`, 'utf16le'), 400],
  'half of a character': [Buffer.from(`{${VERSIONS},"x":"ä"}`).subarray(0, -3), 400],
  'a character in too many bytes': [
    Buffer.from(`{"version":"\xc0\xaf","plugin_version":"1"}`, 'latin1'),
    400,
  ],
  'half of a surrogate pair in UTF-8': [
    Buffer.from(`{"version":"\xed\xa0\x80","plugin_version":"1"}`, 'latin1'),
    400,
  ],
};

onEachTransport((_, env) => {
  const cleanup = fileCleanup();
  let port = 0;
  before(async () => {
    ({ port } = await startBridge(cleanup, env));
  });

  for (const [what, [body, status]] of Object.entries(BODIES)) {
    test(`${what}: ${status}, and only what was asked for is taken`, async () => {
      const earlier = { version: 'before', plugin_version: '1', agents: [] };
      assert.equal((await push(port, earlier)).status, 200);
      const answer = await rawRequest(port, 'POST', '/openclaw', { headers: JSON_TYPE, body });
      assert.equal(answer.status, status, answer.body.slice(0, 200));
      assert.ok(answer.body.length < 1_000, `${answer.body.length} bytes`);
      const { openclaw } = await readHealth(port);
      assert.equal(openclaw?.version, status === 200 ? 'hostile' : 'before');
      assert.ok(!JSON.stringify(openclaw).includes('polluted'));
    });
  }
});

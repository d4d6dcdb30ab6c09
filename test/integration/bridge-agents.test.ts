import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { JSON_TYPE, push, startBridge } from '../support/bridge-client.js';
import { onEachTransport } from '../support/bridge-transports.js';
import { rawRequest } from '../support/raw-http.js';
import { ReferenceBackend } from '../support/reference-backend.js';

const KEY = 'agents-test-key-0123456789';

onEachTransport((_, env) => {
  async function setUp(t: TestContext) {
    const backend = await ReferenceBackend.start({ apiKey: KEY });
    t.after(() => backend.stop());
    const { port } = await startBridge(t, {
      ...env,
      MONITOR_BACKEND_URL: backend.url,
      MONITOR_API_KEY: KEY,
      MONITOR_REPORT_INTERVAL_SEC: '1',
    });
    return { backend, port };
  }

  test('agents reach the backend as they were pushed, members called __proto__ among them', async (t) => {
    const { backend, port } = await setUp(t);
    const agents =
      '["ops",{"__proto__":{"isAdmin":true},"id":"main"},{"a":[1,-0.5,1e21,null,true,"\\u0000 ä 😀 \\"",{"__proto__":[]}],"b":{}},{}]';
    const body = `{"version":"v1","plugin_version":"p1","agents":${agents},"unknown":1}`;
    assert.equal((await rawRequest(port, 'POST', '/openclaw', { headers: JSON_TYPE, body })).status, 200);
    const arrival = await backend.arrival(({ body: text }) => text.includes('openclaw_version'));
    assert.equal(arrival.status, 200, arrival.problems.join());
    assert.ok(arrival.body.includes(`,"agents":${agents},`), arrival.body);
    assert.ok(!arrival.body.includes('unknown'));
  });

  test('what no double and no object of JavaScript can hold reaches the backend byte for byte', async (t) => {
    const { backend, port } = await setUp(t);
    const agents =
      '[ {"id":12345678901234567890,"n":1e400,"z":-0,"d":0.10,"e":1E5},\r\n\t{"a":1,"a":2},{"2":1,"1":2}, "\\ud800\\u0061\\/ é 😀"]';
    const body = `{"agents":["old"],"version":"v1","\\u0061gents": ${agents} ,"plugin_version":"p1"}`;
    assert.equal((await rawRequest(port, 'POST', '/openclaw', { headers: JSON_TYPE, body })).status, 200);
    const arrival = await backend.arrival(({ body: text }) => text.includes('openclaw_version'));
    assert.ok(arrival.body.includes(`,"plugin_version":"p1","agents":${agents},"`), arrival.body);
  });

  test('a full push of short numbers makes a heartbeat that is hardly longer than the push', async (t) => {
    const { backend, port } = await setUp(t);
    const agents = `[{"a":[${Array(12_000).fill('1e20').join(',')}]}]`;
    const body = `{"version":"v1","plugin_version":"p1","agents":${agents}}`;
    assert.equal((await rawRequest(port, 'POST', '/openclaw', { headers: JSON_TYPE, body })).status, 200);
    const arrival = await backend.arrival(({ body: text }) => text.includes('openclaw_version'));
    assert.ok(arrival.body.length < body.length + 1_000, `${arrival.body.length} bytes`);
  });

  test('a push without agents, after one with them, takes them out of the heartbeat', async (t) => {
    const { backend, port } = await setUp(t);
    await push(port, { version: 'v1', plugin_version: 'p1', agents: ['a'] });
    await backend.arrival(({ heartbeat }) => heartbeat?.agents?.length === 1);
    await push(port, { version: 'v2', plugin_version: 'p2' });
    const { heartbeat } = await backend.arrival((arrival) => arrival.heartbeat?.openclaw_version === 'v2');
    assert.equal(heartbeat?.plugin_version, 'p2');
    assert.ok(!('agents' in heartbeat));
  });

  test('1,000 agents of a full body reach the backend', async (t) => {
    const { backend, port } = await setUp(t);
    const agents = Array.from({ length: 1_000 }, (_, i) => ({ id: `agent-${i}`, name: 'x'.repeat(30) }));
    assert.equal((await push(port, { version: 'v', plugin_version: 'p', agents })).status, 200);
    assert.equal(
      (await push(port, { version: 'v', plugin_version: 'p', agents: [...agents, {}] })).status,
      400,
    );
    const { heartbeat } = await backend.arrival((arrival) => arrival.heartbeat?.agents !== undefined);
    assert.deepEqual(heartbeat?.agents, agents);
  });
});

import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { healthWhen, startBridge } from '../support/bridge-client.js';
import { temporaryFolder } from '../support/fixtures.js';
import { createFrozenMount, whyNoMount } from '../support/frozen-mount.js';
import { API_KEY, startBackend } from '../support/heartbeat-daemon.js';
import { runOnce } from '../support/run-once.js';

/** A folder on a mount that can be made to stand still, with a key and a token in it. */
async function setUp(t: TestContext) {
  const source = temporaryFolder(t);
  for (const [name, text] of [
    ['key', API_KEY],
    ['token', 'a-token-of-many-characters'],
  ] as const)
    writeFileSync(join(source, name), text, { mode: 0o600 });
  mkdirSync(join(source, 'folder'));
  return { source, mount: await createFrozenMount(t, source) };
}

describe('a file on a mount that hangs', { skip: whyNoMount() ?? false, concurrency: true }, () => {
  for (const [variable, file] of [
    ['MONITOR_API_KEY_FILE', 'key'],
    ['MONITOR_BRIDGE_TOKEN_FILE', 'token'],
    ['MONITOR_BRIDGE_SOCKET', 'folder/socket'],
  ] as const) {
    it(`keeps the daemon from starting, with an exit code that systemd tries again after, as ${variable}`, async (t) => {
      const { mount } = await setUp(t);
      mount.freeze();
      const { code, stderr } = await runOnce([], {
        MONITOR_DISK_PATH: '/',
        [variable]: join(mount.path, file),
      });
      assert.equal(code, 1);
      assert.match(stderr, new RegExp(`${variable}: \\S+/${file} did not answer within .* s\n`));
    });
  }

  it('keeps nobody waiting when the backend refuses the key, and is read when it answers again', async (t) => {
    const { source, mount } = await setUp(t);
    const backend = await startBackend(t);
    const { daemon, port } = await startBridge(t, {
      MONITOR_BACKEND_URL: backend.url,
      MONITOR_API_KEY_FILE: join(mount.path, 'key'),
      MONITOR_REPORT_INTERVAL_SEC: '1',
    });
    await backend.arrival(({ status }) => status === 200);
    mount.freeze();
    backend.changeKey('another-key');
    await healthWhen(port, ({ problems }) =>
      problems.some((problem) => /key did not answer within .* s$/.test(problem)),
    );
    writeFileSync(join(source, 'key'), 'another-key');
    mount.thaw();
    await backend.arrival(({ status, headers }) => status === 200 && headers['x-api-key'] === 'another-key');
    await healthWhen(port, ({ status }) => status === 'ok');

    mount.freeze();
    backend.changeKey('a-third-key');
    await healthWhen(port, ({ problems }) =>
      problems.some((problem) => /key did not answer within .* s$/.test(problem)),
    );
    assert.equal(await daemon.stop(), 0);
  });
});

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { fileCleanup, startBridge } from '../support/bridge-client.js';
import { HOST_VERSIONS, type HostVersion } from '../support/fake-host.js';
import { MonitorRelay } from '../support/monitor-relay.js';

/** Processes with the packed plugin end by themselves: nothing of it keeps them. */

const HOST_PROCESS = fileURLToPath(new URL('../support/plugin-host-process.js', import.meta.url));
const cleanup = fileCleanup();
const monitor = startBridge(cleanup);

interface Left {
  readonly left: readonly string[];
  readonly lines: readonly { level: string; text: string }[];
}

/** Runs a host to its end. One that does not end is killed with the test, and its code is null. */
async function run(t: TestContext, version: HostVersion, port: number, ending: string) {
  const child = spawn(process.execPath, [HOST_PROCESS, version, String(port), ending], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const guard = setTimeout(() => child.kill('SIGKILL'), 30_000);
  t.after(() => clearTimeout(guard));
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  assert.equal(code, 0, `${code}: ${stdout} ${stderr}`);
  return JSON.parse(stdout) as Left;
}

for (const version of HOST_VERSIONS) {
  test(`${version}: after gateway_stop no timer and no connection is left, and the process ends`, async (t) => {
    const relay = await MonitorRelay.start({ after: (end) => t.after(end) }, (await monitor).port);
    const { left, lines } = await run(t, version, relay.port, 'stop');
    assert.deepEqual(left, []);
    assert.equal(lines.length, 1);
    await relay.quiet();
    assert.deepEqual(
      relay.pushes.map(({ status }) => status),
      [200],
    );
  });

  test(`${version}: gateway_stop while a push hangs leaves nothing either, and the process ends`, async (t) => {
    const relay = await MonitorRelay.start({ after: (end) => t.after(end) }, (await monitor).port);
    relay.script = () => {};
    const { lines } = await run(t, version, relay.port, 'stop-in-flight');
    assert.deepEqual(lines, []);
    await relay.quiet();
  });
}

test('a process that is never told to stop may end all the same', async (t) => {
  const { lines } = await run(t, '2026.3.13', (await monitor).port, 'never');
  assert.deepEqual(lines, []);
});

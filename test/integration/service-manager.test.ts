import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { end, startBridge, telemetryWhen } from '../support/bridge-client.js';
import { DaemonProcess } from '../support/daemon-process.js';
import { whyNoNamespace, withMounts } from '../support/fault-namespace.js';
import { temporaryFolder } from '../support/fixtures.js';
import { createFrozenMount, whyNoMount } from '../support/frozen-mount.js';
import { NotifySocket } from '../support/notify-socket.js';
import { rawRequest } from '../support/raw-http.js';
import { until } from '../support/until.js';

const REAL = spawnSync('sh', ['-c', 'command -v systemd-notify'], { encoding: 'utf8' }).stdout.trim();
const skip = REAL === '' && 'systemd-notify is not installed';

const NOTIFY_PROGRAM = '/usr/bin/systemd-notify';

/** A daemon that a service manager started, which wants a ping every second. `program`: what is there in place of systemd-notify. */
async function setUp(t: TestContext, env: Record<string, string> = {}, program?: string) {
  const path = join(temporaryFolder(t), 'notify');
  const socket = await NotifySocket.listen(path);
  t.after(() => socket.close());
  const mounts = program === undefined ? [] : withMounts([{ source: program, target: NOTIFY_PROGRAM }]);
  const daemon = new DaemonProcess({ NOTIFY_SOCKET: path, WATCHDOG_USEC: '1000000', ...env }, [], [], mounts);
  t.after(() => end(daemon));
  const port = Number(new URL(await daemon.address()).port);
  return { daemon, port, socket };
}

test('a service manager is told that the daemon is ready, well and at its end', { skip }, async (t) => {
  const { daemon, port, socket } = await setUp(t);
  const ready = await socket.message(/^READY=1$/);
  assert.ok(ready.includes('STATUS=sampling every 50 ms') || ready.includes('STATUS=starting'), ready.join());
  // Ready is who can answer.
  assert.equal((await rawRequest(port, 'GET', '/telemetry')).status, 200);
  for (let i = 0; i < 3; i++) await socket.message(/^WATCHDOG=1$/, socket.messages.length);
  assert.equal(socket.messages.filter((words) => words.includes('READY=1')).length, 1);

  const { length } = socket.messages;
  assert.equal(await daemon.stop(), 0);
  await socket.message(/^STOPPING=1$/, length);
});

test('a backend that is down keeps no service manager from hearing that the daemon is well', {
  skip,
}, async (t) => {
  const { socket } = await setUp(t, {
    MONITOR_BACKEND_URL: 'http://127.0.0.1:9',
    MONITOR_API_KEY: 'a-key',
    MONITOR_REPORT_INTERVAL_SEC: '1',
  });
  const outage = await socket.message(/^STATUS=heartbeat /);
  const { length } = socket.messages;
  assert.ok(outage.includes('WATCHDOG=1'));
  await socket.message(/^WATCHDOG=1$/, length);
});

test('as long as no samples come, the service manager hears why, and not that the daemon is alive', {
  skip: skip || (whyNoMount() ?? false),
}, async (t) => {
  const procfs = await createFrozenMount(t, '/proc');
  const { port, socket } = await setUp(t, { MONITOR_PROCFS: procfs.path });
  await telemetryWhen(port, ({ cpu_pct }) => cpu_pct !== null);
  procfs.freeze();
  const hung = await socket.message(/^STATUS=the sampler has stopped/);
  assert.ok(!hung.includes('WATCHDOG=1'));
  const from = socket.messages.indexOf(hung);
  procfs.thaw();
  const well = await socket.message(/^WATCHDOG=1$/, from);
  assert.ok(socket.messages.indexOf(well) > from);
});

/** Long enough that a machine that is busy for a second or two does not fail a daemon that is well. */
const DEADLINE_MS = 8_000;
const LONG_DEADLINE = { WATCHDOG_USEC: String(DEADLINE_MS * 1_000) };

for (const [what, wanted] of [
  ['the sampler stalls', 'freeze'],
  ['the whole process is stopped', 'stop'],
] as const) {
  test(`pings go on within the deadline when ${what} for less than that`, {
    skip: skip || (whyNoMount() ?? false),
  }, async (t) => {
    const procfs = await createFrozenMount(t, '/proc');
    const { daemon, socket } = await setUp(t, { ...LONG_DEADLINE, MONITOR_PROCFS: procfs.path });
    await until('two pings', () => socket.pingsMs.length >= 2);
    if (wanted === 'freeze') procfs.freeze();
    else daemon.child.kill('SIGSTOP');
    // Whatever is on its way still comes; then there is silence for five eighths of the deadline.
    const isSilent = () => performance.now() - (socket.pingsMs.at(-1) ?? 0) > (5 / 8) * DEADLINE_MS;
    await until('silence', isSilent);
    const { length } = socket.pingsMs;
    if (wanted === 'freeze') procfs.thaw();
    else daemon.child.kill('SIGCONT');
    await until('a ping', () => socket.pingsMs.length > length);
    assert.ok(socket.longestGapMs < DEADLINE_MS, `${socket.pingsMs.join(', ')}`);
    assert.equal(await daemon.stop(), 0);
  });
}

test('pings go on within the deadline when systemd-notify hangs now and then', {
  skip: skip || (whyNoNamespace() ?? false),
}, async (t) => {
  const folder = temporaryFolder(t);
  const calls = join(folder, 'calls');
  const real = join(folder, 'real');
  const program = join(folder, 'program');
  copyFileSync(REAL, real);
  writeFileSync(calls, '');
  writeFileSync(
    program,
    `#!/bin/sh
echo >> '${calls}'
[ $(( $(wc -l < '${calls}') % 3 )) = 0 ] && exec sleep 600
exec '${real}' "$@"
`,
    { mode: 0o755 },
  );
  const { daemon, socket } = await setUp(t, LONG_DEADLINE, program);
  await until('a send to hang', () =>
    daemon.lines.some(({ msg }) => msg === 'systemd-notify failed: no answer within 2 s'),
  );
  const { length } = socket.pingsMs;
  await until('pings behind it', () => socket.pingsMs.length >= length + 2);
  assert.ok(socket.longestGapMs < DEADLINE_MS, `${socket.pingsMs.join(', ')}`);
  assert.equal(await daemon.stop(), 0);
});

test('systemd-notify gets nothing of the environment but the name of the socket', {
  skip: skip || (whyNoNamespace() ?? false),
}, async (t) => {
  const folder = temporaryFolder(t);
  const seen = join(folder, 'seen');
  const spy = join(folder, 'spy');
  writeFileSync(spy, `#!/bin/sh\nenv > ${seen}.new; mv ${seen}.new ${seen}\n`, { mode: 0o755 });
  const env = { NOTIFY_SOCKET: join(folder, 'nobody'), MONITOR_API_KEY: 'never-to-be-seen' };
  const mounts = withMounts([{ source: spy, target: NOTIFY_PROGRAM }]);
  const daemon = new DaemonProcess(env, [], [], mounts);
  t.after(() => end(daemon));
  const seenEnv = await until('the program to have run', () => {
    try {
      return readFileSync(seen, 'utf8');
    } catch {
      return null;
    }
  });
  const names = seenEnv
    .trim()
    .split('\n')
    .map((line) => line.split('=')[0]);
  assert.deepEqual(
    names.filter((name) => !['PATH', 'NOTIFY_SOCKET', 'PWD', '_', 'SHLVL', 'OLDPWD'].includes(name ?? '')),
    [],
  );
  assert.ok(names.includes('NOTIFY_SOCKET'));
});

test('a service manager that can not be told is complained of once', async (t) => {
  const folder = temporaryFolder(t);
  const { daemon, port } = await startBridge(t, {
    NOTIFY_SOCKET: join(folder, 'nobody'),
    WATCHDOG_USEC: '200000',
  });
  await daemon.line(({ msg }) => /^systemd-notify failed: /.test(msg ?? ''));
  await telemetryWhen(port, ({ cpu_pct }) => cpu_pct !== null);
  assert.equal(daemon.lines.filter(({ msg }) => /^systemd-notify failed/.test(msg ?? '')).length, 1);
});

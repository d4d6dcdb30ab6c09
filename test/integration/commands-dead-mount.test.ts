import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { DaemonProcess } from '../support/daemon-process.js';
import { temporaryFolder } from '../support/fixtures.js';
import { createFrozenMount, whyNoMount } from '../support/frozen-mount.js';
import { runOnce } from '../support/run-once.js';
import { until } from '../support/until.js';

/** Far more than a command takes, for the sake of a busy machine. One that hangs never ends. */
const ANSWER_LIMIT_MS = 15_000;
const READS_CONFIG = [['once'], ['top', '--json'], ['config'], ['--check-config'], ['doctor', '--json'], []];
const ASKS_DAEMON = [['health'], ['history']];
const KEY = 'MONITOR_API_KEY_FILE';
const TOKEN = 'MONITOR_BRIDGE_TOKEN_FILE';
const SOCKET = 'MONITOR_BRIDGE_SOCKET';
const PORT = { MONITOR_PORT: '9' };

/** A mount that hangs, with everything on it that a setting may name. */
async function createDeadMount(t: TestContext): Promise<string> {
  const source = temporaryFolder(t);
  for (const name of ['key', 'token', 'api-key'])
    writeFileSync(join(source, name), 'a-secret-of-many-characters', { mode: 0o600 });
  for (const folder of ['folder', 'etc']) mkdirSync(join(source, folder));
  const mount = await createFrozenMount(t, source);
  mount.freeze();
  return mount.path;
}

/** Runs a command to its end, within ANSWER_LIMIT_MS. */
async function run(args: readonly string[], env: Readonly<Record<string, string>>) {
  const begunMs = performance.now();
  const ended = await runOnce(args, { ...PORT, ...env });
  const ms = performance.now() - begunMs;
  assert.ok(ms < ANSWER_LIMIT_MS, `${args.join(' ')} took ${ms} ms`);
  return ended;
}

/** Whether no process is left that has `text` among its arguments. */
function isNobodyLeft(text: string): boolean {
  return !readdirSync('/proc').some((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes(text);
    } catch {
      return false;
    }
  });
}

/** Runs a command up to where it looks at what hangs. On a busy machine that may be over before it is seen: then it is run again. */
async function lookingCommand(
  t: TestContext,
  env: Readonly<Record<string, string>>,
  args: readonly string[],
): Promise<DaemonProcess> {
  for (;;) {
    const command = new DaemonProcess({ ...PORT, ...env }, args);
    const { child } = command;
    t.after(() => child.kill('SIGKILL'));
    const isLooking = () => readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'latin1') !== '';
    const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
    const seen = await until('the look', () => (hasEnded() ? 'ended' : isLooking() && 'looking'));
    if (seen === 'looking') return command;
  }
}

describe('on a mount that hangs', { skip: whyNoMount() ?? false, concurrency: 3 }, () => {
  for (const [variable, file, commands] of [
    [KEY, 'key', READS_CONFIG],
    [TOKEN, 'token', [...READS_CONFIG, ...ASKS_DAEMON]],
    [SOCKET, 'folder/socket', [...READS_CONFIG, ...ASKS_DAEMON]],
  ] as const) {
    it(`the file of ${variable} is named by every command, with an exit code that is worth another try`, async (t) => {
      const path = join(await createDeadMount(t), file);
      for (const args of commands) {
        const { code, stderr } = await run(args, { [variable]: path });
        assert.equal(code, 1, `${args.join(' ')}: ${stderr}`);
        assert.ok(stderr.includes(`${variable}: ${path} did not answer within `), stderr);
      }
      await until('no look to be left', () => isNobodyLeft(path));
    });
  }

  it('the credential of systemd is named', async (t) => {
    const folder = await createDeadMount(t);
    for (const args of READS_CONFIG) {
      const { code, stderr } = await run(args, { CREDENTIALS_DIRECTORY: folder });
      assert.equal(code, 1, `${args.join(' ')}: ${stderr}`);
      assert.ok(stderr.includes(`CREDENTIALS_DIRECTORY: ${folder}/api-key did not answer`), stderr);
    }
  });

  it('a key file is nothing to commands that need no key', async (t) => {
    const path = join(await createDeadMount(t), 'key');
    for (const args of ASKS_DAEMON) {
      const { code, stdout, stderr } = await run(args, { [KEY]: path });
      assert.equal(code, 1);
      assert.match(stdout + stderr, /nothing listens there/);
    }
    const env = { [KEY]: path, [TOKEN]: path, MONITOR_PROCFS: path };
    for (const args of [['completion', 'bash'], ['--help'], ['--version']])
      assert.equal((await run(args, env)).code, 0);
  });

  it('a file beside a setting that is wrong is named, too, and the exit code is that of the setting', async (t) => {
    const env = { [KEY]: join(await createDeadMount(t), 'key'), MONITOR_LOG_LEVEL: 'loud' };
    for (const args of [['once'], ['top', '--json'], ['config'], []]) {
      const { code, stderr } = await run(args, env);
      assert.equal(code, 78, stderr);
      assert.match(stderr, /MONITOR_LOG_LEVEL: expected one of/);
      assert.match(stderr, /MONITOR_API_KEY_FILE: .* did not answer/);
    }
  });

  it('config --json has what did not answer in a field of its own', async (t) => {
    const path = join(await createDeadMount(t), 'key');
    const { code, stdout } = await run(['config', '--json'], { [KEY]: path });
    assert.equal(code, 1);
    const { ok, problems, unanswered } = JSON.parse(stdout) as Record<string, unknown>;
    assert.deepEqual([ok, problems], [false, []]);
    assert.match(String(unanswered), /^MONITOR_API_KEY_FILE: .* did not answer/);
  });

  it('a procfs is named by every command that reads it', async (t) => {
    const path = await createDeadMount(t);
    for (const args of [['once'], ['top', '--json'], ['config'], ['--check-config'], ['doctor', '--json']]) {
      const { code, stderr } = await run(args, { MONITOR_PROCFS: path });
      assert.equal(code, 1, `${args.join(' ')}: ${stderr}`);
      assert.match(stderr, /MONITOR_PROCFS: .* which gives no answer/);
    }
  });

  it('a root is named by every command that reads it, and once tells the rest', async (t) => {
    const env = { MONITOR_ROOTFS: await createDeadMount(t), MONITOR_IDENTIFIER: 'given' };
    for (const [args, expected] of [
      [['once'], 0],
      [['config'], 1],
      [['--check-config'], 1],
      [['doctor', '--json'], 1],
    ] as const) {
      const { code, stdout, stderr } = await run(args, env);
      assert.equal(code, expected, `${args.join(' ')}: ${stderr}`);
      assert.match(stderr, /MONITOR_ROOTFS: .* which gives no answer/);
      if (args[0] === 'once') assert.match(stdout, /"disk_pct":null.*"stale":\["disk","nginx"\]/);
    }
  });

  it('a disk path is nothing to config, and is named by doctor', async (t) => {
    const env = { MONITOR_DISK_PATH: await createDeadMount(t) };
    assert.equal((await run(['config'], env)).code, 0);
    const { code, stdout } = await run(['doctor', '--json'], env);
    assert.equal(code, 1);
    assert.match(stdout, /gives no answer within .*: its file system hangs/);
  });

  for (const [signal, expected] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const) {
    it(`${signal} ends every command while it looks at a file`, async (t) => {
      const path = join(await createDeadMount(t), 'token');
      for (const args of [...READS_CONFIG.slice(0, -1), ...ASKS_DAEMON]) {
        const command = await lookingCommand(t, { [TOKEN]: path }, args);
        assert.equal(await command.stop(signal), expected, args.join(' '));
        assert.equal(command.stderr, '', args.join(' '));
      }
      await until('no look to be left', () => isNobodyLeft(path));
    });
  }

  it('SIGINT and SIGTERM end the daemon with 0 while it looks at files and trees', async (t) => {
    const path = await createDeadMount(t);
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      const env = { [KEY]: join(path, 'key'), MONITOR_PROCFS: join(path, 'etc') };
      const daemon = await lookingCommand(t, env, []);
      assert.equal(await daemon.stop(signal), 0);
    }
    await until('no look to be left', () => isNobodyLeft(`${path}/`));
  });

  it('SIGINT ends commands that look at a procfs', async (t) => {
    const path = await createDeadMount(t);
    for (const args of [['once'], ['top', '--json'], ['config'], ['doctor', '--json']]) {
      const command = await lookingCommand(t, { MONITOR_PROCFS: path }, args);
      assert.equal(await command.stop('SIGINT'), 130, args.join(' '));
    }
  });
});

describe('when the process that checks files', { concurrency: true }, () => {
  /** Runs a command as a user that may start no other process. */
  const NO_MORE_PROCESSES = [
    '--import',
    `data:text/javascript,${encodeURIComponent(
      `import { execFileSync } from 'node:child_process';
      execFileSync('prlimit', ['--pid', String(process.pid), '--nproc=1:1']);`,
    )}`,
  ];
  const isRoot = process.getuid?.() === 0;

  it('cannot be started, the error is reported and nothing hangs', {
    skip: isRoot ? false : 'only root may become another user',
  }, async (t) => {
    const folder = temporaryFolder(t);
    const token = join(folder, 'token');
    writeFileSync(token, 'a-token-of-many-characters', { mode: 0o600 });
    for (const args of [['health'], ['history'], ['config']]) {
      const { exited, stderr } = await asNobody(t, { ...PORT, [TOKEN]: token }, args, NO_MORE_PROCESSES);
      assert.equal(exited, 1, stderr);
      assert.match(stderr, /MONITOR_BRIDGE_TOKEN_FILE: .*\/token could not be checked: spawn .* EAGAIN/);
      assert.doesNotMatch(stderr, /did not answer/);
    }
  });
});

/** Runs a command as a user of its own, which has no other process. */
async function asNobody(
  t: TestContext,
  env: Readonly<Record<string, string>>,
  args: readonly string[],
  nodeArgs: readonly string[],
) {
  const command = new DaemonProcess(env, args, nodeArgs, ['setpriv', '--reuid=54321', '--']);
  t.after(() => command.child.kill('SIGKILL'));
  return { exited: await command.exited, stderr: command.stderr };
}

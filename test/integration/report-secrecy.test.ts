import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { healthWhen } from '../support/bridge-client.js';
import { DaemonProcess } from '../support/daemon-process.js';
import { assertHidden, assertNowhere, SECRET_KEY, startLoud } from '../support/fault-secrecy.js';
import { temporaryFolder } from '../support/fixtures.js';
import { serveHttp } from '../support/loopback-server.js';
import { ReferenceBackend } from '../support/reference-backend.js';
import { runOnce } from '../support/run-once.js';
import { until } from '../support/until.js';

const ENV = { MONITOR_API_KEY: SECRET_KEY, MONITOR_BACKEND_URL: 'http://127.0.0.1:9' };
/** Has the main thread run out of memory when it is about to start its first thread. */
const EXHAUST_AT_FIRST_THREAD = `
import threads from 'node:worker_threads';
threads.Worker = class {
  constructor() {
    const hoard = [];
    for (;;) hoard.push(new Array(10_000).fill(0.5));
  }
};`;
/** Has a report written where the first process is about to be started. */
const REPORT_AT_FIRST_PROCESS = `
import processes from 'node:child_process';
const { spawn } = processes;
processes.spawn = (...args) => {
  process.report.writeReport();
  return spawn(...args);
};`;

function preload(code: string): string[] {
  return ['--import', `data:text/javascript,${encodeURIComponent(code)}`];
}

/** The texts of the reports in a folder. None may have the key in it; each has the rest of the environment. */
function assertReportsHideKey(folder: string): void {
  const reports = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
  assert.ok(reports.length > 0);
  for (const report of reports) {
    assert.ok(report.includes('"MONITOR_BACKEND_URL": "http://127.0.0.1:9"'), report.slice(0, 500));
    assertHidden(report, 'a report');
  }
}

function end(t: TestContext, daemon: DaemonProcess): void {
  t.after(() => daemon.child.kill('SIGKILL'));
}

describe("a diagnostic report of Node's does not have the key in it", { concurrency: true }, () => {
  it('when memory runs out as the first thread is started', async (t) => {
    const folder = temporaryFolder(t);
    const nodeOptions = `--report-on-fatalerror --report-directory=${folder} --max-old-space-size=40`;
    const env = { ...ENV, NODE_OPTIONS: nodeOptions };
    const daemon = new DaemonProcess(env, [], preload(EXHAUST_AT_FIRST_THREAD));
    end(t, daemon);
    assert.equal(await daemon.exited, 'SIGABRT');
    assertReportsHideKey(folder);
  });

  it('when it is asked for by a signal, again and again from the first moment', async (t) => {
    const folder = temporaryFolder(t);
    // A signal that ends no process that does not listen for it yet.
    const nodeOptions = `--report-on-signal --report-signal=SIGWINCH --report-directory=${folder}`;
    const daemon = new DaemonProcess({ ...ENV, NODE_OPTIONS: nodeOptions });
    end(t, daemon);
    let isUp = false;
    void daemon.address().then(() => {
      isUp = true;
    });
    await until('the daemon to be up, with a report', () => {
      daemon.child.kill('SIGWINCH');
      return isUp && readdirSync(folder).length > 0;
    });
    assert.equal(await daemon.stop(), 0);
    assertReportsHideKey(folder);
  });

  it('when it is written by a command that starts its first process', async (t) => {
    const [folder, secrets] = [temporaryFolder(t), temporaryFolder(t)];
    const token = join(secrets, 'token');
    writeFileSync(token, 'a-token-of-many-characters', { mode: 0o600 });
    const env = { ...ENV, MONITOR_BRIDGE_TOKEN_FILE: token, MONITOR_PORT: '9' };
    const nodeOptions = `--report-directory=${folder}`;
    for (const command of ['health', 'config']) {
      const run = new DaemonProcess(
        { ...env, NODE_OPTIONS: nodeOptions },
        [command],
        preload(REPORT_AT_FIRST_PROCESS),
      );
      end(t, run);
      await run.exited;
    }
    assertReportsHideKey(folder);
  });
});

describe('NODE_DEBUG=* shows', { concurrency: true }, () => {
  it('no key of a daemon that reports', async (t) => {
    const backend = await ReferenceBackend.start({ apiKey: SECRET_KEY });
    t.after(() => backend.stop());
    const bridge = await startLoud(t, backend.url, { env: { NODE_DEBUG: '*' } });
    await healthWhen(bridge.port, ({ heartbeat }) => heartbeat.last?.result === 'accepted');
    await assertNowhere(bridge);
    assert.ok(bridge.daemon.stderr.length > 1_000);
  });

  it('neither key nor token of a command', async (t) => {
    const { port } = await serveHttp(t, (_request, response) => response.end('{}'));
    const token = join(temporaryFolder(t), 'token');
    writeFileSync(token, SECRET_KEY, { mode: 0o600 });
    const env = { ...ENV, MONITOR_BRIDGE_TOKEN_FILE: token, MONITOR_PORT: String(port), NODE_DEBUG: '*' };
    for (const command of ['health', 'history', 'doctor', 'config']) {
      const { stdout, stderr } = await runOnce([command], env);
      assert.ok(stderr.length > 1_000);
      assertHidden(stdout + stderr, command);
    }
  });
});

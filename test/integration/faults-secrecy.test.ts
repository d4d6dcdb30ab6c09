import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { end, healthWhen } from '../support/bridge-client.js';
import { DaemonProcess } from '../support/daemon-process.js';
import { startDns } from '../support/fault-dns.js';
import { whyNoNamespace, withMounts } from '../support/fault-namespace.js';
import { assertHidden, assertNowhere, SECRET_KEY, startLoud } from '../support/fault-secrecy.js';
import { temporaryFolder } from '../support/fixtures.js';
import { until } from '../support/until.js';

const BACKEND = 'http://127.0.0.1:9';
const HOST = 'backend.monitor.test';

/** Has Node write its diagnostic reports into `folder`, on SIGUSR2 and when it comes to a bad end. */
function reportsInto(folder: string): { NODE_OPTIONS: string } {
  const options = ['on-signal', 'on-fatalerror', 'uncaught-exception', `directory=${folder}`];
  return { NODE_OPTIONS: options.map((option) => `--report-${option}`).join(' ') };
}

/** The one report in `folder`, as soon as all of it is written. */
function readReport(folder: string): Promise<string> {
  return until('a report', () => {
    const [name] = readdirSync(folder);
    const text = name === undefined ? '' : readFileSync(join(folder, name), 'utf8');
    return text.trimEnd().endsWith('\n}') && text;
  });
}

/** Runs the daemon where the kernel has no name for the CPU, so that `lscpu` is asked, which writes its environment to the file `out`. */
function withSpy(t: TestContext, out: string): string[] {
  const folder = temporaryFolder(t);
  const spy = join(folder, 'lscpu');
  const cpuinfo = join(folder, 'cpuinfo');
  writeFileSync(
    spy,
    `#!/bin/sh\ntr '\\0' '\\n' < /proc/self/environ > '${out}.tmp'; mv '${out}.tmp' '${out}'\n`,
    { mode: 0o755 },
  );
  writeFileSync(cpuinfo, 'processor\t: 0\nCPU implementer\t: 0x41\n\n');
  return withMounts([
    { source: cpuinfo, target: '/proc/cpuinfo' },
    { source: spy, target: '/usr/bin/lscpu' },
  ]);
}

/** The environments of all processes that `pid` has started and that run now. */
function environmentsBelow(pid: number): string[] {
  return readdirSync('/proc').flatMap((each) => {
    try {
      const [, parent] = /^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${each}/status`, 'latin1')) ?? [];
      return Number(parent) === pid ? [readFileSync(`/proc/${each}/environ`, 'latin1')] : [];
    } catch {
      return [];
    }
  });
}

describe('the key is not', { concurrency: true, timeout: 120_000 }, () => {
  it('to be had by a debugger, which SIGUSR1 would else open on a port', async (t) => {
    const bridge = await startLoud(t, BACKEND);
    bridge.daemon.child.kill('SIGUSR1');
    const { lanes } = await healthWhen(bridge.port, (health) => health.lanes.proc.ticks > 0);
    await healthWhen(bridge.port, (health) => health.lanes.proc.ticks > lanes.proc.ticks + 20);
    await assertNowhere(bridge);
    assert.equal(bridge.daemon.stderr, '');
  });

  it('in a diagnostic report that is asked for by a signal', async (t) => {
    const folder = temporaryFolder(t);
    const bridge = await startLoud(t, BACKEND, { env: reportsInto(folder) });
    bridge.daemon.child.kill('SIGUSR2');
    const report = await readReport(folder);
    assert.match(report, /"environmentVariables": \{[^}]*"MONITOR_BACKEND_URL"/);
    assertHidden(report, 'the report');
    await assertNowhere(bridge);
  });

  it('in the diagnostic report of a daemon that has run out of its heap, nor in what it says', async (t) => {
    const folder = temporaryFolder(t);
    const hoard = `
      import { isMainThread } from 'node:worker_threads';
      const all = [];
      if (isMainThread) process.on('SIGHUP', () => { for (;;) all.push(Array.from({ length: 1e5 }, Math.random)); });`;
    const daemon = new DaemonProcess(
      {
        ...reportsInto(folder),
        MONITOR_API_KEY: SECRET_KEY,
        MONITOR_BACKEND_URL: BACKEND,
        MONITOR_LOG_LEVEL: 'trace',
      },
      [],
      ['--max-old-space-size=64', '--import', `data:text/javascript,${encodeURIComponent(hoard)}`],
      // It aborts, and leaves no image of its memory behind.
      ['sh', '-ec', 'ulimit -c 0; exec "$@"', 'sh'],
    );
    t.after(() => end(daemon));
    await daemon.address();
    daemon.child.kill('SIGHUP');
    assert.equal(await daemon.exited, 'SIGABRT');
    assert.match(daemon.stderr, /heap out of memory/);
    const report = await readReport(folder);
    assert.match(report, /"environmentVariables": \{[^}]*"MONITOR_BACKEND_URL"/);
    for (const text of [report, daemon.stderr, JSON.stringify(daemon.lines)]) assertHidden(text, 'its end');
  });

  it('passed on to the programs that tell what CPU this is', {
    skip: whyNoNamespace() ?? false,
  }, async (t) => {
    const out = join(temporaryFolder(t), 'environment');
    const bridge = await startLoud(t, BACKEND, { wrapper: withSpy(t, out) });
    const environment = await until('lscpu to be run', () => {
      try {
        return readFileSync(out, 'latin1');
      } catch {
        return null;
      }
    });
    assert.match(environment, /^PATH=/m);
    assert.doesNotMatch(environment, /MONITOR_/);
    assertHidden(environment, 'what lscpu is given');
    await assertNowhere(bridge);
  });

  it('passed on to the program that looks up names', { skip: whyNoNamespace() ?? false }, async (t) => {
    const dns = await startDns(t, 'is silent');
    const daemon = new DaemonProcess(
      {
        MONITOR_API_KEY: SECRET_KEY,
        MONITOR_BACKEND_URL: `http://${HOST}`,
        MONITOR_ALLOW_HTTP: '1',
        MONITOR_REPORT_INTERVAL_SEC: '1',
      },
      [],
      [],
      dns.wrapper,
    );
    t.after(() => end(daemon));
    const pid = daemon.child.pid ?? 0;
    const [environment = '', ...others] = await until('a lookup', () => {
      const all = environmentsBelow(pid).filter((each) => each.startsWith('PATH=/usr/bin:/bin\0'));
      return all.length > 0 && all;
    });
    assert.deepEqual(others, []);
    assert.doesNotMatch(environment, /MONITOR_/);
    assertHidden(environment, 'what getent is given');
    assert.equal(await daemon.stop(), 0);
  });
});

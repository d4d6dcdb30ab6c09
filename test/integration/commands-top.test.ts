import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { DaemonProcess, launchWords, MAIN } from '../support/daemon-process.js';
import { createFrozenMount, whyNoMount } from '../support/frozen-mount.js';
import { runOnce } from '../support/run-once.js';
import { noTerminal, TerminalProcess } from '../support/terminal-process.js';
import { until } from '../support/until.js';

/** Runs top on a terminal of 80×24, unless another size is given. */
function startTop(
  t: TestContext,
  { columns = 80, rows = 24, env = {}, args = [] as string[], nodeArgs = [] as string[] } = {},
): TerminalProcess {
  const command = [...launchWords(nodeArgs), MAIN, 'top', ...args];
  return new TerminalProcess(t, command, { columns, rows, env: { MONITOR_DISK_PATH: '/', ...env } });
}

const hasValues = (lines: readonly string[]) =>
  ['CPU', 'Memory', 'Swap', 'Disk', 'Load'].every((label) =>
    lines.some((line) => line.startsWith(` ${label} `) && /\d\.\d/.test(line)),
  );

async function shown(terminal: TerminalProcess): Promise<readonly string[]> {
  return terminal.seen('all values', hasValues);
}

const RESTORED = '\x1b[0m\x1b[?7h\x1b[?25h\x1b[?1049l';

describe('top', { concurrency: 4, skip: noTerminal }, () => {
  test('at 80×24 shows this host, with bars, sparklines and pressure, in raw mode; q gives the terminal back', async (t) => {
    const terminal = startTop(t);
    const lines = await shown(terminal);
    for (const pattern of [
      /^ \S+ .*up .* load \d+\.\d\d .* UTC$/,
      /^ CPU {5}\[[ ▏▎▍▌▋▊▉█]{27}\] +\d+\.\d % +.*[▁▂▃▄▅▆▇█]$/,
      /^ Load .*[▁▂▃▄▅▆▇█]$/,
      /^ PSI /,
      /^ nginx /,
      /^ sample \d.* every 100 ms +q quits$/,
    ])
      assert.ok(
        lines.some((line) => pattern.test(line)),
        `${pattern} in\n${lines.join('\n')}`,
      );
    assert.match(terminal.settings, /-icanon.* -echo /s);
    terminal.type('q');
    assert.equal(await terminal.exited, 0);
    assert.ok(terminal.grid.isRestored);
    assert.ok(terminal.output.endsWith(RESTORED), JSON.stringify(terminal.output.slice(-80)));
  });

  test('at 40×12 nothing wraps, and another size is taken up at once', async (t) => {
    const terminal = startTop(t, { columns: 40, rows: 12 });
    await shown(terminal);
    terminal.resize(80, 24);
    await terminal.seen(
      'all of 80 columns',
      (lines) => hasValues(lines) && lines.some((line) => / UTC$/.test(line)),
    );
    terminal.resize(30, 6);
    const lines = await terminal.seen('all of 30 columns', (each) => hasValues(each) && each.length === 6);
    assert.ok(
      lines.every((line) => !line.includes('~')),
      lines.join('\n'),
    );
    // Raw mode: the terminal makes no signal of it.
    terminal.type('\x03');
    assert.equal(await terminal.exited, 0);
    assert.ok(terminal.grid.isRestored);
  });

  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    test(`${signal} gives the terminal back`, async (t) => {
      const terminal = startTop(t);
      await shown(terminal);
      process.kill(terminal.pid, signal);
      assert.equal(await terminal.exited, 0);
      assert.ok(terminal.grid.isRestored);
    });
  }

  test('an exception that nobody expects gives the terminal back', async (t) => {
    const fault = 'process.on("SIGUSR2", () => { throw new Error("out of the blue") })';
    const terminal = startTop(t, {
      nodeArgs: ['--import', `data:text/javascript,${encodeURIComponent(fault)}`],
    });
    await shown(terminal);
    process.kill(terminal.pid, 'SIGUSR2');
    assert.equal(await terminal.exited, 1);
    assert.ok(terminal.grid.isRestored);
    assert.match(terminal.output, /out of the blue/);
  });

  test('a terminal that goes away ends it', async (t) => {
    const terminal = startTop(t);
    await shown(terminal);
    const { pid } = terminal;
    terminal.hangUp();
    await assertGone(pid);
  });

  test('without colour and UTF-8 it is plain ASCII', async (t) => {
    const terminal = startTop(t, { env: { NO_COLOR: '1', LANG: 'C' } });
    const lines = await shown(terminal);
    assert.ok(
      lines.some((line) => /^ Disk {4}\[#+\.*\] /.test(line)),
      lines.join('\n'),
    );
    terminal.type('q');
    assert.equal(await terminal.exited, 0);
    assert.deepEqual([...new Set(terminal.grid.sequences.filter((each) => each.endsWith('m')))], ['\x1b[0m']);
    for (const character of terminal.output) assert.ok(character <= '~', JSON.stringify(character));
  });

  test('on a terminal that knows no sequence it writes a line a second', async (t) => {
    const terminal = startTop(t, { columns: 60, env: { TERM: 'dumb' } });
    const { output } = await untilOutput(terminal, /cpu .*cpu .*\n/s);
    process.kill(terminal.pid, 'SIGINT');
    assert.equal(await terminal.exited, 0);
    assert.ok(!output.includes('\x1b'), JSON.stringify(output));
    for (const line of output.split(/\r?\n/)) assert.ok(line.length < 60, line);
  });

  test('a disk that hangs does not hold up the view, nor its end', {
    skip: whyNoMount() ?? false,
  }, async (t) => {
    const mount = await createFrozenMount(t);
    mount.freeze();
    const terminal = startTop(t, { env: { MONITOR_DISK_PATH: mount.path } });
    const isLive = (lines: readonly string[]) =>
      lines.some((line) => /^ CPU .*\d\.\d %/.test(line)) && lines.some((line) => /^ Disk .* \?/.test(line));
    const before = (await terminal.seen('the other values', isLive)).join('\n');
    await terminal.seen('other values', (lines) => isLive(lines) && lines.join('\n') !== before);
    terminal.type('q');
    assert.equal(await terminal.exited, 0);
    assert.ok(terminal.grid.isRestored);
  });
});

describe('top without a terminal', { concurrency: true }, () => {
  test('says what to run instead, and ends with 1', async () => {
    const { code, stdout, stderr } = await runOnce(['top']);
    assert.deepEqual([code, stdout], [1, '']);
    assert.match(stderr, /^harborforge-monitor: top: .*harborforge-monitor once/);
  });

  test('with --json writes a snapshot a line until it is told to stop', async (t) => {
    const top = new DaemonProcess({ MONITOR_PORT: undefined }, ['top', '--json']);
    t.after(() => top.stop('SIGKILL'));
    const first = await top.line(({ cpu_pct }) => typeof cpu_pct === 'number');
    assert.equal(typeof first['mem_pct'], 'number');
    assert.ok('pressure_pct' in first);
    const count = top.lines.length;
    await top.line((line) => line !== first && top.lines.indexOf(line) >= count);
    assert.equal(await top.stop('SIGINT'), 0);
  });
});

async function untilOutput(terminal: TerminalProcess, pattern: RegExp): Promise<{ output: string }> {
  await terminal.seen(String(pattern), () => pattern.test(terminal.output));
  return { output: terminal.output };
}

async function assertGone(pid: number): Promise<void> {
  await until('the process to be gone', () => {
    try {
      process.kill(pid, 0);
      return false;
    } catch {
      return true;
    }
  });
}

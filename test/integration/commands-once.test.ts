import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { run } from '../../src/commands/once.js';
import { commandContext } from '../support/command-context.js';
import { DaemonProcess } from '../support/daemon-process.js';
import { copyMachine, temporaryFolder } from '../support/fixtures.js';
import { createFrozenMount, hangsInStatfs, whyNoMount } from '../support/frozen-mount.js';
import { runOnce } from '../support/run-once.js';
import { telemetrySchema } from '../support/telemetry-schema.js';
import { runInTerminal, whyNoTerminal } from '../support/terminal.js';
import { until } from '../support/until.js';

describe('once', { concurrency: true }, () => {
  test('prints a whole snapshot as JSON where there is no terminal, and ends with 0', async () => {
    const { code, stdout, stderr } = await runOnce(['once', '--identifier', 'here']);
    assert.equal(code, 0, stderr);
    assert.equal(stderr, '');
    const snapshot = telemetrySchema.parse(JSON.parse(stdout));
    assert.equal(snapshot.identifier, 'here');
    assert.equal(snapshot.stale, undefined);
    for (const [name, value] of Object.entries(snapshot)) assert.notEqual(value, null, name);
  });

  test('prints a table on a terminal, and JSON with --json', { skip: whyNoTerminal() ?? false }, async () => {
    const [table, json] = await Promise.all([
      runInTerminal(['once', '--cpu-window-ms', '200'], { LANG: 'C.UTF-8' }),
      runInTerminal(['once', '--cpu-window-ms', '200', '--json']),
    ]);
    assert.equal(table.code, 0, table.shown);
    const plain = stripVTControlCharacters(table.shown);
    assert.notEqual(plain, table.shown);
    assert.match(plain, /\n {2}cpu_pct +\d+\.\d % {2}[█░]{40}\n/);
    for (const line of plain.split('\n')) assert.ok(line.length <= 80, line);
    assert.equal(json.code, 0, json.shown);
    telemetrySchema.parse(JSON.parse(json.shown));
  });

  test('a mount that hangs is named, and holds up neither the snapshot nor the end', {
    skip: whyNoMount() ?? false,
  }, async (t) => {
    const mount = await createFrozenMount(t);
    mount.freeze();
    const { code, stdout, stderr } = await runOnce(['once', '--disk-path', mount.path]);
    assert.equal(code, 0, stderr);
    const snapshot = telemetrySchema.parse(JSON.parse(stdout));
    assert.equal(snapshot.disk_pct, null);
    assert.deepEqual(snapshot.stale, ['disk']);
    assert.notEqual(snapshot.cpu_pct, null);
  });

  test('is ended by Ctrl-C while a mount hangs', { skip: whyNoMount() ?? false }, async (t) => {
    const mount = await createFrozenMount(t);
    mount.freeze();
    const { child, exited } = new DaemonProcess({}, [
      'once',
      '--disk-path',
      mount.path,
      '--cpu-window-ms',
      '60000',
    ]);
    t.after(() => child.kill('SIGKILL'));
    await until('a thread that hangs', () => hangsInStatfs(child.pid ?? 0));
    child.kill('SIGINT');
    assert.equal(typeof (await exited), 'number');
  });

  test('files that have become garbage since they were looked at give no sample, and 1', async (t) => {
    const procfs = copyMachine(t, 'garbage');
    const env = { MONITOR_PROCFS: procfs, MONITOR_CPU_WINDOW_MS: '100' };
    const { context, stdout, problems } = commandContext(env);
    assert.equal(await run(context), 1);
    assert.equal(stdout.text, '');
    assert.deepEqual(problems, [`once: no valid sample: no kernel file could be read below ${procfs}`]);
  });

  test('is given up when it is told to end', async () => {
    const aborting = new AbortController();
    const { context, stdout } = commandContext({}, { signal: aborting.signal });
    const ended = run(context);
    aborting.abort();
    assert.equal(await ended, 1);
    assert.equal(stdout.text, '');
  });

  test('what is wrong with the settings is said at once, and is 78', async (t) => {
    const empty = join(temporaryFolder(t), 'proc');
    mkdirSync(empty);
    const { code, stdout, stderr } = await runOnce(['once', '--procfs', empty, '--port', 'x', '--nope']);
    assert.deepEqual([code, stdout], [78, '']);
    for (const part of ['--procfs: ', '--port: ', '--nope: no such flag'])
      assert.ok(stderr.includes(part), stderr);
  });
});

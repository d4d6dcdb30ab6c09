import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { run } from '../../src/commands/history.js';
import { HISTORY_COLUMNS } from '../../src/shared/fields.js';
import { fileCleanup, startBridge } from '../support/bridge-client.js';
import { commandContext } from '../support/command-context.js';
import { launchWords, MAIN } from '../support/daemon-process.js';
import { temporaryFolder } from '../support/fixtures.js';
import { freePort } from '../support/free-port.js';
import { historySchema } from '../support/history-schema.js';
import { missing } from '../support/load.js';
import { serveHttp, serveTcp } from '../support/loopback-server.js';
import { rawRequest } from '../support/raw-http.js';
import { runOnce } from '../support/run-once.js';
import { noTerminal, TerminalProcess } from '../support/terminal-process.js';
import { until } from '../support/until.js';

/** Runs the command inside of the test, which is quicker than as a process. */
async function ask(port: number, options: Readonly<Record<string, string | true>> = {}) {
  const { context, stdout, problems } = commandContext(
    { MONITOR_PORT: String(port) },
    { options, json: options['json'] === true },
  );
  return { code: await run(context), stdout: stdout.text, problems };
}

describe('history', { concurrency: 4 }, () => {
  const cleanup = fileCleanup();
  let port = 0;

  before(async () => {
    ({ port } = await startBridge(cleanup, { MONITOR_HISTORY_SEC: '120' }));
    await until('some history', async () => {
      const { body } = await rawRequest(port, 'GET', '/history');
      return (JSON.parse(body) as { rows: number }).rows >= 20;
    });
  });

  test('on a terminal it is a table of all columns, with their course', { skip: noTerminal }, async (t) => {
    const command = [...launchWords([]), MAIN, 'history', '--port', String(port)];
    const terminal = new TerminalProcess(t, command, { columns: 90, rows: 24, env: { NO_COLOR: '1' } });
    assert.equal(await terminal.exited, 0);
    const lines = terminal.output.split('\r\n');
    assert.match(lines[0] ?? '', /^\S+, the last 2 min until \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$/);
    assert.match(lines[3] ?? '', /^ +now +mean +max {2}2 min ago +now$/);
    assert.deepEqual(
      lines.slice(4, 4 + HISTORY_COLUMNS.length).map((line) => line.split(' ')[0]),
      HISTORY_COLUMNS,
    );
    assert.match(lines[6] ?? '', /^mem_pct +\d+\.\d % +\d+\.\d % +\d+\.\d % .*[▁▂▃▄▅▆▇█]$/);
  });

  test('CSV is read by another program, line by line', {
    skip: missing('python3', '--version'),
  }, async () => {
    const { code, stdout, problems } = await ask(port, { csv: true, since: '60', points: '5000' });
    assert.deepEqual([code, problems], [0, []]);
    const reader = `
import csv, datetime, json, sys
rows = list(csv.DictReader(sys.stdin))
for row in rows: row["time"] = datetime.datetime.strptime(row["time"], "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=datetime.timezone.utc).timestamp()
print(json.dumps([{name: None if value == "" else float(value) for name, value in row.items()} for row in rows]))`;
    const rows = JSON.parse(
      execFileSync('python3', ['-c', reader], { input: stdout, encoding: 'utf8' }),
    ) as Readonly<Record<string, number | null>>[];
    assert.ok(rows.length >= 20);
    assert.deepEqual(Object.keys(rows[0] ?? {}), [
      'time',
      ...HISTORY_COLUMNS.flatMap((name) => [`${name}_mean`, `${name}_max`]),
    ]);
    const { time_ms, max } = historySchema.parse(
      JSON.parse((await rawRequest(port, 'GET', '/history?seconds=60&points=5000')).body),
    );
    const told = new Map(rows.map((row) => [Math.round(row['time']! * 1_000), row['cpu_pct_max']]));
    const both = time_ms.filter((timeMs) => told.has(timeMs));
    assert.ok(both.length >= 20);
    for (const timeMs of both) assert.equal(told.get(timeMs), max.cpu_pct[time_ms.indexOf(timeMs)]);
  });

  test('JSON is the answer as it is, as a process of its own, over the socket and with the token', async (t) => {
    const folder = temporaryFolder(t);
    const token = join(folder, 'token');
    writeFileSync(token, 'a-token-of-history-0123456789', { mode: 0o600 });
    const env = { MONITOR_BRIDGE_SOCKET: join(folder, 'm.sock'), MONITOR_BRIDGE_TOKEN_FILE: token };
    const own = await startBridge(t, env);
    const { code, stdout, stderr } = await runOnce(
      ['history', '--json', '--since', '10s', '--points=7'],
      env,
    );
    assert.deepEqual([code, stderr], [0, '']);
    assert.equal(historySchema.parse(JSON.parse(stdout)).seconds, 10);
    const without = await ask(own.port);
    assert.match(without.problems[0] ?? '', /the bridge wants a token: give MONITOR_BRIDGE_TOKEN_FILE/);
    assert.deepEqual([without.code, without.stdout], [1, '']);
  });

  test('a daemon that keeps less than five minutes shows what it has, and says so to who wants more', async () => {
    assert.match((await ask(port)).stdout, /^\S+, the last 2 min until /);
    for (const since of ['5m', '1h', '121']) {
      assert.deepEqual(await ask(port, { since }), {
        code: 78,
        stdout: '',
        problems: [
          `--since: expected a time from 1s to 120s, got "${since}"; the daemon keeps no more than its MONITOR_HISTORY_SEC`,
        ],
      });
    }
  });

  test('a daemon that keeps nothing says which setting does it', async (t) => {
    const own = await startBridge(t, { MONITOR_HISTORY_SEC: '0' });
    for (const options of [{}, { json: true }, { csv: true }] as const) {
      const { code, stdout, problems } = await ask(own.port, options);
      assert.deepEqual([code, stdout, problems.length], [1, '', 1]);
      assert.match(problems[0] ?? '', /^history: no history is kept: MONITOR_HISTORY_SEC is 0/);
    }
  });

  test('a daemon that is too old for it is told from one that is none', async (t) => {
    const body = JSON.stringify({ error: { code: 'not_found', message: 'there are others' } });
    const old = await serveHttp(t, (_, response) => response.writeHead(404).end(body));
    const page = await serveHttp(t, (_, response) => response.end('<html>hello</html>'));
    const halves = await serveTcp(t, (socket) =>
      socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{'),
    );
    for (const [server, expected] of [
      [old, /tells no history: it is older than this command; restart it$/],
      [page, /the answer \(HTTP 200\) is not the Monitor's: see what listens there/],
      [halves, /^history: http:\/\/127\.0\.0\.1:\d+\/history: aborted: see that it is the Monitor/],
    ] as const) {
      const { code, stdout, problems } = await ask(server.port);
      assert.deepEqual([code, stdout, problems.length], [1, '', 1]);
      assert.match(problems[0] ?? '', expected);
    }
  });

  test('where nothing listens: 1, the address and what to do', async () => {
    const nobody = await freePort();
    const { code, stdout, stderr } = await runOnce(['history', '--port', String(nobody)]);
    assert.deepEqual([code, stdout], [1, '']);
    const url = `http://127.0.0.1:${nobody}/history`;
    assert.ok(
      stderr.startsWith(`harborforge-monitor: history: ${url}: nothing listens there: is the daemon`),
      stderr,
    );
  });

  test('what it was given in a way that there is not is 78, all of it at once, and nobody is asked', async () => {
    const { code, stdout, problems } = await ask(0, { since: 'x', points: '0', csv: true, json: true });
    assert.deepEqual([code, stdout], [78, '']);
    assert.deepEqual(
      problems.map((problem) => problem.slice(0, problem.indexOf(': '))),
      ['--csv', '--since', '--points', 'MONITOR_PORT'],
    );
  });
});

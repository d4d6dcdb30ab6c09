import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, createReadStream, openSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { describe, type TestContext, test } from 'node:test';
import { push } from '../support/bridge-client.js';
import { launchWords, MAIN } from '../support/daemon-process.js';
import { temporaryFolder } from '../support/fixtures.js';
import { freePort } from '../support/free-port.js';
import { rawRequest } from '../support/raw-http.js';
import { until } from '../support/until.js';

/** The log's lines say so much that they don't fit into what is kept: a warning for each of these. */
const LONG_WARNINGS = Object.fromEntries(
  Array.from({ length: 40 }, (_, i) => [`MONITOR_${'X'.repeat(4_000)}${i}`, '1']),
);

/** The standard output of a program, and what makes a stream of it for one who begins to read. */
interface Output {
  readonly stdout: number | 'pipe';
  read(stream: Readable | null): Readable;
}

const OUTPUTS: Readonly<Record<string, (t: TestContext) => Output>> = {
  'a pipe': (t) => {
    const path = join(temporaryFolder(t), 'log');
    execFileSync('mkfifo', [path]);
    // Open at both ends, so that it is there from the start; never to be read here.
    const fd = openSync(path, constants.O_RDWR);
    const read = () => createReadStream(path).once('open', () => closeSync(fd));
    return { stdout: fd, read };
  },
  // What Node calls a pipe is a pair of stream sockets, as journald's are.
  'a socket': () => ({ stdout: 'pipe', read: (stream) => stream! }),
};

/** Starts the daemon on an output that is full already, and resolves when its bridge answers. */
async function startUnread(t: TestContext, output: Output, env: Readonly<Record<string, string>> = {}) {
  const port = await freePort();
  // Who writes until nothing fits any more is ended where it waits.
  const fill = ['sh', '-c', 'timeout 2 yes filler; exec "$@"', 'sh'];
  const [program = '', ...words] = [...fill, ...launchWords([]), MAIN];
  const child = spawn(program, words, {
    env: {
      PATH: process.env['PATH'],
      MONITOR_PORT: String(port),
      MONITOR_DISK_PATH: '/',
      MONITOR_LOG_LEVEL: 'info',
      ...env,
    },
    stdio: ['ignore', output.stdout, 'inherit'],
  });
  const exited = once(child, 'exit');
  t.after(async () => {
    child.kill('SIGKILL');
    await exited;
  });
  const status = async () => (await rawRequest(port, 'GET', '/health')).status;
  await until('the bridge to answer', () =>
    status().then(
      (code) => code === 200,
      () => false,
    ),
  );
  return { child, port, exited, status };
}

for (const [name, create] of Object.entries(OUTPUTS)) {
  describe(`${name} that is full, since nobody reads the log`, { concurrency: true }, () => {
    test('keeps neither the bridge nor the end waiting', async (t) => {
      const { child, port, exited, status } = await startUnread(t, create(t));
      // The first push is logged.
      assert.equal((await push(port, { version: 'x', plugin_version: 'y' })).status, 200);
      assert.equal(await status(), 200);
      const startMs = performance.now();
      child.kill('SIGTERM');
      assert.deepEqual(await exited, [0, null]);
      assert.ok(performance.now() - startMs < 3_000);
    });

    test('takes the log again when it is read, and is told what was lost', async (t) => {
      const output = create(t);
      const { child, exited } = await startUnread(t, output, LONG_WARNINGS);
      let text = '';
      const stream = output.read(child.stdout).setEncoding('utf8');
      t.after(() => stream.destroy());
      stream.on('data', (more: string) => {
        text += more;
      });
      await until('the loss to be told', () => /dropped \d+ log lines?: stdout was blocked/.test(text));
      child.kill('SIGTERM');
      assert.deepEqual(await exited, [0, null]);
      await until('the last word', () => text.includes('"stopped"'));
      const lines = text.split('\n').filter((line) => line.startsWith('{'));
      const told = lines.map((line) => JSON.parse(line) as { msg: string; lines?: number });
      const place = told.findIndex(({ msg }) => msg.startsWith('dropped '));
      assert.ok((told[place]?.lines ?? 0) > 0, JSON.stringify(told[place]));
      assert.ok(told[0]?.msg.startsWith('MONITOR_X'), told[0]?.msg);
      assert.equal(told.at(-1)?.msg, 'stopped');
    });
  });
}

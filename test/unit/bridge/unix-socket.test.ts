import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { placeSocket, type SocketFile } from '../../../src/bridge/unix-socket.js';
import { MonitorError } from '../../../src/shared/errors.js';
import { temporaryFolder } from '../../support/fixtures.js';

/** A folder, the path of a socket in it, and a way to put one there that answers with `name`. */
function setUp(t: TestContext) {
  const folder = temporaryFolder(t);
  const path = join(folder, 'socket');
  const listen = async (at: string, name = 'me'): Promise<Server> => {
    const server = createServer((socket) => socket.on('error', () => {}).end(name)).listen(at);
    await once(server, 'listening');
    t.after(() => server.close());
    return server;
  };
  const place = (name?: string): Promise<SocketFile> =>
    placeSocket(path, async (at) => void (await listen(at, name)));
  return { folder, path, listen, place };
}

/** Leaves a socket at `path` that nobody listens on, as a killed process does. */
function leaveDeadSocket(path: string): void {
  const program = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
  assert.throws(() => execFileSync(process.execPath, ['-e', program]));
  assert.ok(lstatSync(path).isSocket());
}

async function ask(path: string): Promise<string> {
  const socket = connect(path);
  let text = '';
  socket.on('data', (bytes: Buffer) => {
    text += bytes.toString();
  });
  await once(socket, 'close');
  return text;
}

async function assertRefused(placing: Promise<SocketFile>, why: RegExp): Promise<void> {
  await assert.rejects(placing, (error) => {
    assert.ok(error instanceof MonitorError);
    assert.equal(error.code, 'SOCKET_UNUSABLE');
    assert.match(error.message, /^MONITOR_BRIDGE_SOCKET: can't listen on /);
    assert.match(error.message, why);
    return true;
  });
}

test('a socket is created with mode 0660, and nothing else is left in the folder', async (t) => {
  const { folder, path, place } = setUp(t);
  const file = await place();
  assert.equal(lstatSync(path).mode & 0o7777, 0o660);
  assert.equal(await ask(path), 'me');
  assert.deepEqual(readdirSync(folder), ['socket']);
  file.remove();
  assert.deepEqual(readdirSync(folder), []);
});

test('a stale socket of a dead process is replaced', async (t) => {
  const { folder, path, place } = setUp(t);
  leaveDeadSocket(path);
  await place();
  assert.equal(await ask(path), 'me');
  assert.deepEqual(readdirSync(folder), ['socket']);
});

test('a socket in use is refused and keeps working', async (t) => {
  const { folder, path, listen, place } = setUp(t);
  await listen(path, 'other');
  await assertRefused(place(), /another process listens on it/);
  assert.equal(await ask(path), 'other');
  assert.deepEqual(readdirSync(folder), ['socket']);
});

test('a path that is not a socket is refused and kept: a file, a folder, a link', async (t) => {
  const { folder, path, place } = setUp(t);
  const refused = () => assertRefused(place(), /something that is not a socket/);
  writeFileSync(path, 'kept');
  await refused();
  assert.equal(readFileSync(path, 'utf8'), 'kept');
  renameSync(path, join(folder, 'file'));
  mkdirSync(path);
  await refused();
  assert.ok(lstatSync(path).isDirectory());
  renameSync(path, join(folder, 'folder'));
  symlinkSync(join(folder, 'file'), path);
  await refused();
  assert.ok(lstatSync(path).isSymbolicLink());
  assert.equal(readFileSync(path, 'utf8'), 'kept');
});

test('a missing folder is refused by name', async (t) => {
  const { folder } = setUp(t);
  await assertRefused(
    placeSocket(join(folder, 'none', 's'), async () => {}),
    /ENOENT.*none/,
  );
});

test('a failed listen leaves nothing behind', async (t) => {
  const { folder, path } = setUp(t);
  const failing = placeSocket(path, () => Promise.reject(new Error('no luck')));
  await assertRefused(failing, /no luck/);
  assert.deepEqual(readdirSync(folder), []);
});

test('a path that appears during the setup is checked like one that existed before', async (t) => {
  const { folder, path, listen } = setUp(t);
  const placeAfter = (come: () => unknown) =>
    placeSocket(path, async (at) => {
      await listen(at);
      await come();
    });
  await assertRefused(
    placeAfter(() => writeFileSync(path, 'kept')),
    /something that is not a socket/,
  );
  assert.equal(readFileSync(path, 'utf8'), 'kept');
  unlinkSync(path);
  const file = await placeAfter(() => leaveDeadSocket(path));
  assert.equal(await ask(path), 'me');
  file.remove();
  await assertRefused(
    placeAfter(() => listen(path, 'other')),
    /another process listens on it/,
  );
  assert.equal(await ask(path), 'other');
  assert.deepEqual(readdirSync(folder), ['socket']);
});

test('of many concurrent starts over a stale socket, exactly one wins', async (t) => {
  const { folder, path, place } = setUp(t);
  leaveDeadSocket(path);
  const names = Array.from({ length: 8 }, (_, i) => `number ${i}`);
  const placed = await Promise.allSettled(names.map((name) => place(name)));
  const winners = names.filter((_, i) => placed[i]?.status === 'fulfilled');
  assert.equal(winners.length, 1, winners.join());
  assert.equal(await ask(path), winners[0]);
  assert.deepEqual(readdirSync(folder), ['socket']);
});

test('a path that was replaced meanwhile is not removed', async (t) => {
  const { path, place } = setUp(t);
  const file = await place();
  unlinkSync(path);
  file.remove();
  writeFileSync(path, 'kept');
  file.remove();
  assert.equal(readFileSync(path, 'utf8'), 'kept');
});

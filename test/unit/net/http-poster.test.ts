import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { HttpPoster } from '../../../workers/net/http-poster.js';
import { serveTcp } from '../../support/loopback-server.js';

const LIMIT = { timeout: 30_000 };

/** A poster to `url` through a proxy that behaves like `talk`, and the proxy's end of its first connection. */
async function posterThrough(t: TestContext, url: string, talk: (socket: Socket) => void) {
  let arrived: (socket: Socket) => void = () => {};
  const connection = new Promise<Socket>((resolve) => {
    arrived = resolve;
  });
  const proxy = await serveTcp(t, (socket) => {
    arrived(socket);
    talk(socket);
  });
  const poster = new HttpPoster(new URL(url), { http_proxy: proxy.url });
  t.after(() => poster.cut());
  return { poster, connection, proxy };
}

describe('a post through a proxy', LIMIT, () => {
  it('that does not answer CONNECT: ends when it is cut, and so does the connection', async (t) => {
    const { poster, connection } = await posterThrough(t, 'https://backend.example', () => {});
    const failed = assert.rejects(poster.post({}, '{}'));
    const closed = once(await connection, 'close');
    poster.cut();
    await Promise.all([failed, closed]);
  });

  it('that opens a tunnel to a silent backend: ends when it is cut, in the TLS handshake', async (t) => {
    const { poster, connection } = await posterThrough(t, 'https://backend.example', (socket) =>
      socket.write('HTTP/1.1 200 OK\r\n\r\n'),
    );
    const failed = assert.rejects(poster.post({}, '{}'));
    const proxyEnd = await connection;
    await once(proxyEnd, 'data');
    const closed = once(proxyEnd, 'close');
    poster.cut();
    await Promise.all([failed, closed]);
  });

  it('that closes the connection: fails', async (t) => {
    const { poster } = await posterThrough(t, 'https://backend.example', (socket) => socket.end());
    await assert.rejects(poster.post({}, '{}'), /socket hang up/);
  });

  it('that refuses: fails with the status', async (t) => {
    const { poster } = await posterThrough(t, 'https://backend.example', (socket) =>
      socket.write('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n'),
    );
    await assert.rejects(poster.post({}, '{}'), /^Error: the proxy refused the connection: HTTP 403$/);
  });

  it('uses one tunnel for all posts', async (t) => {
    const { poster, proxy } = await posterThrough(t, 'http://backend.example', (socket) => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      socket.on('data', () => socket.write('HTTP/1.1 204 No Content\r\n\r\n'));
    });
    for (let post = 0; post < 3; post++) assert.equal((await poster.post({}, '{}')).status, 204);
    assert.equal(proxy.connections, 1);
  });

  it('uses a new tunnel after it was cut', async (t) => {
    let isWell = false;
    const { poster, connection, proxy } = await posterThrough(t, 'http://backend.example', (socket) => {
      if (isWell) socket.write('HTTP/1.1 200 OK\r\n\r\n');
      socket.on('data', () => socket.write('HTTP/1.1 204 No Content\r\n\r\n'));
    });
    const failed = assert.rejects(poster.post({}, '{}'));
    await connection;
    poster.cut();
    await failed;
    isWell = true;
    assert.equal((await poster.post({}, '{}')).status, 204);
    assert.equal(proxy.connections, 2);
  });
});

import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { type BeatOutcome, HeartbeatClient } from '../../../workers/net/heartbeat-client.js';
import { type LoopbackServer, serveHttp, serveTcp } from '../../support/loopback-server.js';

/** A test that takes this long has failed; a passing one takes far less. */
const LIMIT = { timeout: 60_000 };

const KEY = 'k3y-that-must-not-be-seen';
const TIMEOUT_MS = 150;
const OK_HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n';
const never = new AbortController().signal;

function clientOf(t: TestContext, url: string, timeoutMs = 10_000): HeartbeatClient {
  const client = new HeartbeatClient({ url: `${url}/beat`, apiKey: KEY, userAgent: 'u/1', timeoutMs });
  t.after(() => client.close());
  return client;
}

function assertFailed(outcome: BeatOutcome, beatClass: 'timeout' | 'unreachable', detail: RegExp): void {
  assert.equal(outcome.class, beatClass);
  assert.equal(outcome.status, null);
  assert.equal(outcome.retryAfterMs, null);
  assert.match(outcome.detail ?? '', detail);
  assert.ok(!JSON.stringify(outcome).includes(KEY));
}

async function postTo(t: TestContext, talk: (socket: Socket) => void, timeoutMs?: number) {
  const server: LoopbackServer = await serveTcp(t, talk);
  return { server, outcome: await clientOf(t, server.url, timeoutMs).post('{}', never) };
}

describe('a backend that fails', LIMIT, () => {
  it('refuses the connection', async (t) => {
    const closed = await serveHttp(t, () => {});
    const url = closed.url;
    const outcome = await clientOf(t, url.replace(/\d+$/, '1')).post('{}', never);
    assertFailed(outcome, 'unreachable', /^connect ECONNREFUSED 127\.0\.0\.1:1$/);
  });

  it('refuses the connection on all of its addresses', async (t) => {
    const outcome = await clientOf(t, 'http://localhost:1').post('{}', never);
    assertFailed(outcome, 'unreachable', /ECONNREFUSED/);
  });

  it('resets the connection before it answers, and gets no retry', async (t) => {
    const { server, outcome } = await postTo(t, (socket) => socket.resetAndDestroy());
    assertFailed(outcome, 'unreachable', /ECONNRESET/);
    assert.equal(server.connections, 1);
  });

  it('closes the connection before it answers', async (t) => {
    const { outcome } = await postTo(t, (socket) => socket.end());
    assertFailed(outcome, 'unreachable', /socket hang up/);
  });

  it('cuts the connection in the middle of the headers', async (t) => {
    const { outcome } = await postTo(t, (socket) => socket.end(OK_HEAD));
    assertFailed(outcome, 'unreachable', /./);
  });

  it('has accepted once its status arrives, even if the body is truncated', async (t) => {
    const { outcome } = await postTo(t, (socket) => socket.end(`${OK_HEAD}content-length: 100\r\n\r\n{`));
    assert.deepEqual([outcome.class, outcome.status, outcome.detail], ['accepted', 200, null]);
  });

  it('answers with something that is not HTTP', async (t) => {
    const { outcome } = await postTo(t, (socket) => socket.end(`SSH-2.0-${KEY}\r\n`));
    assertFailed(outcome, 'unreachable', /./);
  });

  it('answers with endless headers', async (t) => {
    const { outcome } = await postTo(t, (socket) => {
      const more = (): void => {
        while (!socket.destroyed && socket.write(`x-header: ${'a'.repeat(1_000)}\r\n`));
      };
      socket.write(OK_HEAD);
      socket.on('drain', more);
      more();
    });
    assertFailed(outcome, 'unreachable', /[Hh]eader/);
  });

  it('speaks no TLS for an https URL', async (t) => {
    const server = await serveTcp(t, (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    const outcome = await clientOf(t, `https://127.0.0.1:${server.port}`).post('{}', never);
    assertFailed(outcome, 'unreachable', /^TLS: wrong version number$/);
  });
});

describe('a backend that hangs', LIMIT, () => {
  it('before its headers: the request times out', async (t) => {
    const { outcome } = await postTo(t, () => {}, TIMEOUT_MS);
    assertFailed(outcome, 'timeout', /^no answer within 0\.15 s$/);
  });

  it('in its headers, with a byte now and then: the request times out', async (t) => {
    const { outcome } = await postTo(
      t,
      (socket) => {
        const timer = setInterval(() => socket.write('x'), 10);
        socket.write(`${OK_HEAD}x-slow: `);
        socket.on('close', () => clearInterval(timer));
      },
      TIMEOUT_MS,
    );
    assertFailed(outcome, 'timeout', /no answer/);
  });

  it('in the TLS handshake: the request times out, long before the connection would', {
    timeout: 5_000,
  }, async (t) => {
    const server = await serveTcp(t, () => {});
    const outcome = await clientOf(t, `https://127.0.0.1:${server.port}`, TIMEOUT_MS).post('{}', never);
    assertFailed(outcome, 'timeout', /no answer/);
  });

  it('after its headers: has accepted, and blocks no longer than the timeout', async (t) => {
    const talk = (socket: Socket) => socket.write(`${OK_HEAD}content-length: 100\r\n\r\n{`);
    const { outcome } = await postTo(t, talk, TIMEOUT_MS);
    assert.deepEqual([outcome.class, outcome.status], ['accepted', 200]);
  });

  it('gets the next request over a new connection', async (t) => {
    let isWell = false;
    const server = await serveTcp(t, (socket) => {
      if (isWell) socket.write(`${OK_HEAD}content-length: 0\r\n\r\n`);
    });
    const client = clientOf(t, server.url, TIMEOUT_MS);
    assert.equal((await client.post('{}', never)).class, 'timeout');
    isWell = true;
    assert.equal((await client.post('{}', never)).class, 'accepted');
  });

  it('sees the connection closed after the timeout', async (t) => {
    let closed: Promise<unknown> | null = null;
    await postTo(
      t,
      (socket) => {
        closed = once(socket, 'close');
      },
      TIMEOUT_MS,
    );
    assert.ok(closed !== null);
    await closed;
  });

  it('is abandoned at once when the Monitor stops', async (t) => {
    const stop = new AbortController();
    const server = await serveTcp(t, () => stop.abort());
    const outcome = await clientOf(t, server.url).post('{}', stop.signal);
    assertFailed(outcome, 'unreachable', /^given up, since the Monitor stops$/);
  });

  it('gets no request once the Monitor has stopped', async (t) => {
    const server = await serveTcp(t, () => {});
    const outcome = await clientOf(t, server.url).post('{}', AbortSignal.abort());
    assertFailed(outcome, 'unreachable', /^given up/);
    assert.equal(server.connections, 0);
  });
});

describe('a body that is too large', LIMIT, () => {
  for (const [name, head] of [
    ['announced', 'content-length: 1000000000\r\n'],
    ['without an end', 'connection: close\r\n'],
  ] as const) {
    it(`and ${name} is not read completely, and the beat is accepted`, async (t) => {
      let sentBytes = 0;
      const { outcome } = await postTo(t, (socket) => {
        const chunk = Buffer.alloc(65_536);
        const more = (): void => {
          while (!socket.destroyed && socket.write(chunk));
        };
        socket.on('close', () => {
          sentBytes = socket.bytesWritten;
        });
        socket.write(`${OK_HEAD}${head}\r\n`);
        socket.on('drain', more);
        more();
      });
      assert.deepEqual([outcome.class, outcome.status], ['accepted', 200]);
      // Kernel buffers on loopback hold a few MB; the backend offers a gigabyte or an endless body.
      assert.ok(sentBytes < 50_000_000, String(sentBytes));
    });
  }

  it('of less than 64 kB is read, so that the connection is reused', async (t) => {
    const server = await serveHttp(t, (request, response) => {
      request.resume().on('end', () => response.end('x'.repeat(60_000)));
    });
    const client = clientOf(t, server.url);
    await client.post('{}', never);
    await client.post('{}', never);
    assert.equal(server.connections, 1);
  });
});

describe('informational answers before the real one', LIMIT, () => {
  const FINAL = `${OK_HEAD}content-length: 0\r\n\r\n`;
  const INFORMATIONAL = {
    '100 Continue': 'HTTP/1.1 100 Continue\r\n\r\n',
    '102 Processing': 'HTTP/1.1 102 Processing\r\nx-a: 1\r\n\r\n',
    '103 Early Hints': 'HTTP/1.1 103 Early Hints\r\nlink: </a>; rel=preload\r\nretry-after: 3600\r\n\r\n',
  };
  const all = Object.values(INFORMATIONAL).join('');

  for (const [name, text] of [...Object.entries(INFORMATIONAL), ['several', all + all]] as const) {
    it(`${name}: are ignored, and the connection is kept`, async (t) => {
      const server = await serveTcp(t, (socket) => {
        socket.write(text + FINAL);
        socket.on('data', () => socket.write(text + FINAL));
      });
      const client = clientOf(t, server.url);
      for (let beat = 0; beat < 2; beat++) {
        assert.deepEqual(await client.post('{}', never), {
          class: 'accepted',
          status: 200,
          detail: null,
          retryAfterMs: null,
        });
      }
      assert.equal(server.connections, 1);
    });
  }

  it('sent byte by byte: are ignored', async (t) => {
    const { outcome } = await postTo(t, (socket) => {
      socket.setNoDelay();
      const bytes = [...(all + FINAL)];
      const next = (): void => {
        const byte = bytes.shift();
        if (byte !== undefined) socket.write(byte, () => setImmediate(next));
      };
      next();
    });
    assert.deepEqual([outcome.class, outcome.status], ['accepted', 200]);
  });

  it('hide no failure: the final status counts', async (t) => {
    const { outcome } = await postTo(t, (socket) =>
      socket.write(`${all}HTTP/1.1 503 Service Unavailable\r\nretry-after: 7\r\ncontent-length: 0\r\n\r\n`),
    );
    assert.deepEqual([outcome.class, outcome.status, outcome.retryAfterMs], ['server_error', 503, 7_000]);
  });

  it('followed by nothing: the request times out', async (t) => {
    const { outcome } = await postTo(t, (socket) => socket.write(all), TIMEOUT_MS);
    assertFailed(outcome, 'timeout', /no answer/);
  });

  it('endless: the request fails after 32 of them, long before its timeout', async (t) => {
    let sentBytes = 0;
    const { outcome } = await postTo(t, (socket) => {
      const more = (): void => {
        while (!socket.destroyed && socket.write(INFORMATIONAL['100 Continue']));
      };
      socket.on('close', () => {
        sentBytes = socket.bytesWritten;
      });
      socket.on('drain', more);
      more();
    });
    assertFailed(outcome, 'unreachable', /^more than 32 informational \(1xx\) answers$/);
    assert.ok(sentBytes < 50_000_000, String(sentBytes));
  });

  it('an unrequested 101 Switching Protocols: the request fails', async (t) => {
    const { outcome } = await postTo(t, (socket) =>
      socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n'),
    );
    assertFailed(outcome, 'unreachable', /./);
  });
});

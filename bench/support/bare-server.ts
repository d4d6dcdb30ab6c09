/**
 * A server that does nothing but answer, as a process of its own: `bare-server.js KIND BYTES`. Prints its port, and ends when its
 * standard input does.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CACHE_CONTROL, CONTENT_TYPE } from '../../src/bridge/answer.js';
import { loadUws } from '../../src/bridge/uws.js';

/** How much the server does for its answer. */
export const BARE_KINDS = ['uws', 'uws-headers', 'node-http'] as const;
export type BareKind = (typeof BARE_KINDS)[number];

const HOST = '127.0.0.1';

/** JSON of so many bytes. */
function constantBody(bytes: number): string {
  const frame = '{"constant":""}';
  return frame.replace('""', `"${'x'.repeat(Math.max(0, bytes - frame.length))}"`);
}

function serveUws(body: string, withHeaders: boolean): void {
  const uws = loadUws();
  const app = uws.App();
  if (withHeaders) {
    app.get('/telemetry', (response) => {
      response.writeHeader('content-type', CONTENT_TYPE);
      response.writeHeader('cache-control', CACHE_CONTROL);
      response.end(body);
    });
  } else {
    app.get('/telemetry', (response) => {
      response.end(body);
    });
  }
  app.listen(HOST, 0, uws.LIBUS_LISTEN_EXCLUSIVE_PORT, (socket) => {
    if (socket === false) throw new Error('no port to be had');
    say(uws.us_socket_local_port(socket));
  });
}

function serveNodeHttp(body: string): void {
  const bytes = Buffer.from(body);
  const server = createServer((_, response) => {
    response.writeHead(200, {
      'content-type': CONTENT_TYPE,
      'cache-control': CACHE_CONTROL,
      'content-length': bytes.length,
    });
    response.end(bytes);
  });
  server.listen(0, HOST, () => say((server.address() as AddressInfo).port));
}

function say(port: number): void {
  process.stdout.write(`${port}\n`);
}

const [kind, bytes] = process.argv.slice(2);
// Whoever started it has gone: nobody is left to end it.
process.stdin.on('end', () => process.exit(0)).resume();
const body = constantBody(Number(bytes));
if (kind === 'node-http') serveNodeHttp(body);
else serveUws(body, kind === 'uws-headers');

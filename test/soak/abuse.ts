import { setTimeout as delay } from 'node:timers/promises';
import { RawConnection } from '../support/raw-http.js';
import type { ClientFault } from './cards.js';

const IDLE = 300;
const SLOW = 40;
const SLOW_EVERY_MS = 400;
const RUSH_EVERY_MS = 40;
const ANSWER_MS = 1_000;
const LARGE = Buffer.alloc(1_000_000, 'x');
const HOST = 'host: 127.0.0.1\r\n';

/** Requests that nobody should send. */
const MALFORMED: readonly string[] = [
  'GET\r\n\r\n',
  'GET /telemetry HTTP/9.9\r\n\r\n',
  `GET /telemetry HTTP/1.1\r\n${HOST}${HOST}\r\n`,
  `POST /openclaw HTTP/1.1\r\n${HOST}content-length: -1\r\n\r\n`,
  `POST /openclaw HTTP/1.1\r\n${HOST}content-length: 5\r\ncontent-length: 6\r\n\r\n{}`,
  `POST /openclaw HTTP/1.1\r\n${HOST}transfer-encoding: chunked\r\ncontent-length: 3\r\n\r\nzz\r\n`,
  `POST /openclaw HTTP/1.1\r\n${HOST}content-type: application/json\r\ncontent-length: 9\r\n\r\n{"a":[[[[`,
  `GET /${'x'.repeat(20_000)} HTTP/1.1\r\n${HOST}\r\n`,
  `GET /telemetry HTTP/1.1\r\nhost: evil.example\r\n\r\n`,
  `GET /telemetry HTTP/1.1\r\n${HOST}origin: http://evil.example\r\n\r\n`,
  '\0\x01\x02\xff\xfe'.repeat(100),
  `\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03`,
];

/** How many connections there were, and what came back on them. */
export interface AbuseTally {
  connections: number;
  answered: number;
  cut: number;
}

/** Lets clients misbehave for a while. Never rejects. */
export async function abuse(
  port: number,
  how: ClientFault,
  forMs: number,
  stop: AbortSignal,
): Promise<AbuseTally> {
  const tally: AbuseTally = { connections: 0, answered: 0, cut: 0 };
  const endMs = performance.now() + forMs;
  const pause = (ms: number) => delay(ms, undefined, { signal: stop }).catch(() => {});
  const isOver = (): boolean => stop.aborted || performance.now() >= endMs;
  if (how === 'idle' || how === 'slow') {
    const connections = await openMany(port, how === 'idle' ? IDLE : SLOW, tally);
    while (!isOver()) {
      if (how === 'slow') for (const connection of connections) connection.write('x');
      await pause(SLOW_EVERY_MS);
    }
    for (const connection of connections) {
      if (connection.socket.destroyed || connection.unread !== '') tally.cut++;
      connection.destroy();
    }
    return tally;
  }
  for (let next = 0; !isOver(); next++) {
    await rush(port, how, MALFORMED[next % MALFORMED.length] ?? '', tally);
    await pause(RUSH_EVERY_MS);
  }
  return tally;
}

async function openMany(port: number, count: number, tally: AbuseTally): Promise<RawConnection[]> {
  const opened = await Promise.allSettled(Array.from({ length: count }, () => RawConnection.open(port)));
  const connections = opened.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  tally.connections += connections.length;
  return connections;
}

async function rush(port: number, how: ClientFault, malformed: string, tally: AbuseTally): Promise<void> {
  let connection: RawConnection;
  try {
    connection = await RawConnection.open(port);
  } catch {
    tally.cut++;
    return;
  }
  tally.connections++;
  const timer = setTimeout(() => connection.destroy(), ANSWER_MS);
  try {
    if (how === 'malformed') connection.write(malformed);
    else {
      connection.write(`POST /openclaw HTTP/1.1\r\n${HOST}content-type: application/json\r\n`);
      connection.write(`content-length: ${LARGE.length}\r\n\r\n`);
      connection.write(LARGE);
    }
    await connection.answer();
    tally.answered++;
  } catch {
    tally.cut++;
  } finally {
    clearTimeout(timer);
    connection.destroy();
  }
}

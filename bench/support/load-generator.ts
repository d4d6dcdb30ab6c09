/**
 * HTTP load where wrk is not installed, as a process of its own: `load-generator.js URL CONNECTIONS SECONDS`. Each connection is kept
 * alive and has one request in flight. Prints a `Load` as JSON. It takes more CPU time a request than a server on uWebSockets.js does.
 */
import { connect, type Socket } from 'node:net';
import type { Load } from './load.js';

const HEAD_END = '\r\n\r\n';
const CONTENT_LENGTH = /\r\ncontent-length: *(\d+)/i;

interface Totals {
  requests: number;
  errors: number;
  readonly latenciesMs: number[];
}

function drive(socket: Socket, request: string, totals: Totals): void {
  let pending = '';
  let startMs = 0;
  const send = (): void => {
    startMs = performance.now();
    socket.write(request);
  };
  socket.setEncoding('latin1').setNoDelay(true);
  socket.on('connect', send);
  socket.on('data', (chunk: string) => {
    pending = pending === '' ? chunk : pending + chunk;
    const headEnd = pending.indexOf(HEAD_END);
    if (headEnd < 0) return;
    const length = Number(CONTENT_LENGTH.exec(pending.slice(0, headEnd))?.[1] ?? Number.NaN);
    if (Number.isNaN(length)) {
      totals.errors++;
      socket.destroy();
      return;
    }
    if (pending.length < headEnd + HEAD_END.length + length) return;
    if (!pending.startsWith('HTTP/1.1 200')) totals.errors++;
    totals.requests++;
    totals.latenciesMs.push(performance.now() - startMs);
    pending = '';
    send();
  });
  socket.on('error', () => totals.errors++);
}

const [address = '', connections = '', seconds = ''] = process.argv.slice(2);
const url = new URL(address);
const request = `GET ${url.pathname} HTTP/1.1\r\nHost: ${url.host}\r\n\r\n`;
const totals: Totals = { requests: 0, errors: 0, latenciesMs: [] };
const startMs = performance.now();
for (let i = 0; i < Number(connections); i++) {
  drive(connect({ host: url.hostname, port: Number(url.port) }), request, totals);
}
setTimeout(() => {
  const elapsedSec = (performance.now() - startMs) / 1000;
  const sorted = Float64Array.from(totals.latenciesMs).sort();
  const percentileUs = (share: number): number =>
    (sorted[Math.floor(sorted.length * share)] ?? Number.NaN) * 1000;
  const load: Load = {
    requests: totals.requests,
    errors: totals.errors,
    requestsPerSec: totals.requests / elapsedSec,
    p50Us: percentileUs(0.5),
    p99Us: percentileUs(0.99),
  };
  process.stdout.write(JSON.stringify(load), () => process.exit(0));
}, Number(seconds) * 1000);

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { BenchOptions } from './options.js';
import type { Row, Section, Target } from './report.js';
import type { BareKind } from './support/bare-server.js';
import { end, own } from './support/children.js';
import { findGenerator, type Generator, type Load } from './support/load.js';
import { readCpuNs } from './support/process-stats.js';
import { RunningDaemon } from './support/running-daemon.js';
import { median } from './support/statistics.js';

const SAMPLE_INTERVAL_MS = 50;
const REPORT_INTERVAL_SEC = 30;
/** After this long the snapshot is as long as it stays: the first window of CPU time has passed. */
const SETTLE_MS = 1_600;
const BRIDGE_TO_BARE_MIN = 0.9;

/** What a server did with the load of one turn. */
type Round = Load & { readonly cpuUsPerRequest: number };

/** A server under load. */
interface Server {
  readonly name: string;
  readonly url: string;
  readonly pid: number;
  readonly rounds: Round[];
  stop(): Promise<void>;
}

/** `GET /telemetry` of the real daemon under load, in turn with servers that do nothing but answer. */
export async function benchHttp({ quick }: BenchOptions): Promise<Section> {
  const generator = findGenerator();
  const rounds = quick ? 2 : 15;
  const seconds = quick ? 1 : 2;
  const servers: Server[] = [];
  try {
    const daemon = await startDaemon();
    servers.push(daemon.server);
    servers.push(await startBare('uws', 'uWS, constant', daemon.bodyBytes));
    servers.push(await startBare('uws-headers', 'uWS, constant, same headers', daemon.bodyBytes));
    servers.push(await startBare('node-http', 'node:http, constant', daemon.bodyBytes));
    // The first load compiles the hot paths, and is not counted.
    if (!quick) for (const server of servers) await generator.run(server.url, 1);
    for (let round = 0; round < rounds; round++) {
      for (let turn = 0; turn < servers.length; turn++) {
        await load(servers[(round + turn) % servers.length]!, generator, seconds);
      }
    }
    return {
      part: 'http',
      title: `HTTP, one answer of ${daemon.bodyBytes} bytes (${generator.name}, ${rounds} rounds of ${seconds} s in turn)`,
      rows: rowsOf(servers),
      notes: [
        'Ratios are the median of the rounds’ ratios. CPU time is of the whole server process, the daemon’s sampling included.',
      ],
      failures: [],
    };
  } finally {
    for (const server of servers) await server.stop();
  }
}

/** All ratios are to the server that does the least, which is the second. */
function rowsOf(servers: readonly Server[]): Row[] {
  const bare = servers[1]!;
  const rows = (name: string, unit: string, of: (round: Round) => number, target?: Target): Row[] =>
    servers.map((server, index): Row => {
      const values = server.rounds.map(of);
      const ratios = values.map((value, round) => value / of(bare.rounds[round]!));
      return {
        what: `${name}${server.name}`,
        value: median(values),
        unit,
        ...(server === bare ? {} : { ratio: { value: median(ratios), to: bare.name } }),
        ...(index === 0 && target !== undefined ? { target } : {}),
        details: { rounds: values },
      };
    });
  return [
    ...rows('', 'req/s', (round) => round.requestsPerSec, {
      limit: BRIDGE_TO_BARE_MIN,
      kind: 'at least',
      of: 'ratio',
    }),
    ...rows('CPU: ', 'µs/req', (round) => round.cpuUsPerRequest),
    ...rows('p50: ', 'µs', (round) => round.p50Us),
    ...rows('p99: ', 'µs', (round) => round.p99Us),
  ];
}

async function load(server: Server, generator: Generator, seconds: number): Promise<void> {
  const beforeNs = readCpuNs(server.pid);
  const result = await generator.run(server.url, seconds);
  const cpuNs = readCpuNs(server.pid) - beforeNs;
  if (result.errors > 0 || result.requests === 0)
    throw new Error(`${server.name}: ${result.errors} of ${result.requests} requests failed`);
  server.rounds.push({ ...result, cpuUsPerRequest: cpuNs / 1000 / result.requests });
}

async function startDaemon(): Promise<{ server: Server; bodyBytes: number }> {
  const daemon = await RunningDaemon.start({
    sampleIntervalMs: SAMPLE_INTERVAL_MS,
    reportIntervalSec: REPORT_INTERVAL_SEC,
  });
  const url = `${daemon.address}/telemetry`;
  const server = { name: '/telemetry', url, pid: daemon.pid, rounds: [], stop: () => daemon.stop() };
  try {
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    const answer = await fetch(url);
    if (answer.status !== 200) throw new Error(`/telemetry answered ${answer.status}`);
    return { server, bodyBytes: (await answer.arrayBuffer()).byteLength };
  } catch (error) {
    await daemon.stop();
    throw error;
  }
}

async function startBare(kind: BareKind, name: string, bodyBytes: number): Promise<Server> {
  const script = fileURLToPath(new URL('support/bare-server.js', import.meta.url));
  const child = spawn(process.execPath, [script, kind, String(bodyBytes)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  own(child);
  const lines = createInterface({ input: child.stdout });
  const [port] = (await Promise.race([
    once(lines, 'line'),
    once(child, 'exit').then(([code]) => {
      throw new Error(`${name}: the server ended with ${code}`);
    }),
  ])) as [string];
  const url = `http://127.0.0.1:${port}/telemetry`;
  return { name, url, pid: child.pid!, rounds: [], stop: () => end(child) };
}

import { setTimeout as delay } from 'node:timers/promises';
import { findGenerator, type Generator, type Load } from '../../support/load.js';
import { figure, type PeerId } from '../figures.js';
import type { Running } from '../peer.js';
import { PEERS } from '../peers.js';
import { cpuBetween, readTreeCpu } from '../process-tree.js';
import { Client } from '../programs/start.js';
import { Stage } from '../stage.js';
import type { Run } from './run.js';

const SERVERS: readonly PeerId[] = [
  'nginx_static',
  'nginx_sendfile',
  'nginx_return',
  'node_http',
  'netdata',
  'node_exporter',
];
const SAMPLE_HZ = 20;
const SETTLE_MS = 300;
/** By then the first window of CPU time has passed, and the snapshot is as long as it stays. */
const WHOLE_MS = 1_600;

interface Server {
  readonly id: PeerId;
  readonly running: Running;
  readonly requestsPerSec: number[];
  readonly cpuUs: number[];
}

/** Requests a second, and CPU time of each. Resolves with how long the answer was that the Monitor and nginx gave; null: none was. */
export async function measureHttp(run: Run): Promise<number | null> {
  const generator = findGenerator();
  const rounds = run.quick ? 2 : 9;
  const seconds = run.quick ? 1 : 2;
  const stage = new Stage(run);
  try {
    const monitor = await stage.start('monitor', { hz: SAMPLE_HZ });
    if (monitor === null) return null;
    await delay(WHOLE_MS);
    const body = await ask(monitor.url!);
    const servers: Server[] = [{ id: 'monitor', running: monitor, requestsPerSec: [], cpuUs: [] }];
    for (const id of SERVERS) {
      const running = await stage.start(id, { hz: 1, body });
      if (running !== null) servers.push({ id, running, requestsPerSec: [], cpuUs: [] });
    }
    // The first load compiles the hot paths, and is not counted.
    for (const { running } of run.quick ? [] : servers) {
      await stage.focus(running, SETTLE_MS);
      await generator.run(running.url!, seconds);
    }
    const failed = new Set<Server>();
    for (let round = 0; round < rounds; round++) {
      run.say(`http: round ${round + 1} of ${rounds}`);
      for (let turn = 0; turn < servers.length; turn++) {
        const server = servers[(round + turn) % servers.length]!;
        if (failed.has(server)) continue;
        await stage.focus(server.running, SETTLE_MS);
        const problem = await load(server, generator, seconds);
        if (problem === null) continue;
        failed.add(server);
        run.fail(`${PEERS[server.id].name}: ${problem}`);
      }
    }
    for (const { id, requestsPerSec, cpuUs } of servers.filter((server) => !failed.has(server))) {
      run.figures.push(figure('http', id, 'requests_per_sec', requestsPerSec));
      run.figures.push(figure('http', id, 'cpu_us_per_request', cpuUs));
    }
    return body.length;
  } finally {
    await stage.close();
  }
}

/** Returns what is wrong with the answers; null: nothing. */
async function load(
  { running, requestsPerSec, cpuUs }: Server,
  generator: Generator,
  seconds: number,
): Promise<string | null> {
  const before = readTreeCpu(running.pid);
  let result: Load;
  try {
    result = await generator.run(running.url!, seconds);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  const { requests, errors, requestsPerSec: rate } = result;
  const usedNs = cpuBetween(before, readTreeCpu(running.pid));
  if (errors > 0 || requests === 0) return `${errors} of ${requests} requests failed`;
  requestsPerSec.push(rate);
  cpuUs.push(usedNs / 1000 / requests);
  return null;
}

async function ask(url: string): Promise<Buffer> {
  const client = new Client();
  try {
    return await client.fetch(url);
  } finally {
    client.close();
  }
}

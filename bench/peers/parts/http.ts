import { setTimeout as delay } from 'node:timers/promises';
import { findGenerator, type Generator } from '../../support/load.js';
import { figure, type PeerId } from '../figures.js';
import type { Running } from '../peer.js';
import { cpuBetween, readTreeCpu } from '../process-tree.js';
import { Client } from '../programs/start.js';
import { Stage } from '../stage.js';
import type { Run } from './run.js';

const SERVERS: readonly PeerId[] = [
  'nginx_static',
  'nginx_return',
  'node_http',
  'netdata',
  'node_exporter',
  'node_exporter_default',
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
    for (let round = 0; round < rounds; round++) {
      run.say(`http: round ${round + 1} of ${rounds}`);
      for (let turn = 0; turn < servers.length; turn++) {
        const server = servers[(round + turn) % servers.length]!;
        await stage.focus(server.running, SETTLE_MS);
        await load(server, generator, seconds);
      }
    }
    for (const { id, requestsPerSec, cpuUs } of servers) {
      run.figures.push(figure('http', id, 'requests_per_sec', requestsPerSec));
      run.figures.push(figure('http', id, 'cpu_us_per_request', cpuUs));
    }
    return body.length;
  } finally {
    await stage.close();
  }
}

async function load(
  { id, running, requestsPerSec, cpuUs }: Server,
  generator: Generator,
  seconds: number,
): Promise<void> {
  const before = readTreeCpu(running.pid);
  const { requests, errors, requestsPerSec: rate } = await generator.run(running.url!, seconds);
  const usedNs = cpuBetween(before, readTreeCpu(running.pid));
  if (errors > 0 || requests === 0) throw new Error(`${id}: ${errors} of ${requests} requests failed`);
  requestsPerSec.push(rate);
  cpuUs.push(usedNs / 1000 / requests);
}

async function ask(url: string): Promise<Buffer> {
  const client = new Client();
  try {
    return await client.fetch(url);
  } finally {
    client.close();
  }
}

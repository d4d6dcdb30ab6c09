import { readFileSync, readlinkSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { figure, type PeerId } from '../figures.js';
import type { Running } from '../peer.js';
import { processTree } from '../process-tree.js';
import { Client } from '../programs/start.js';
import { Stage } from '../stage.js';
import type { Run } from './run.js';

/** One process of each, at the cadence at which one would run it. */
const CONTESTANTS: readonly (readonly [PeerId, number])[] = [
  ['floor', 1],
  ['monitor', 20],
  ['collectd', 1],
  ['node_exporter', 1],
  ['node_exporter_default', 1],
  ['netdata', 1],
  ['telegraf', 1],
  ['glances', 1],
  ['os', 1],
  ['systeminformation', 1],
];
const FULL_SECONDS = 60;
const QUICK_SECONDS = 4;

/** Memory after a minute of work. */
export async function measureMemory(run: Run): Promise<void> {
  const seconds = run.quick ? QUICK_SECONDS : FULL_SECONDS;
  const stage = new Stage(run);
  const client = new Client();
  try {
    const contestants: { id: PeerId; running: Running }[] = [];
    for (const [id, hz] of CONTESTANTS) {
      const running = await stage.start(id, { hz });
      if (running !== null) contestants.push({ id, running });
    }
    run.say(`memory: ${seconds} s of work`);
    for (let second = 0; second < seconds; second++) {
      for (const { running } of contestants) if (running.url !== null) await client.fetch(running.url);
      await delay(1_000);
    }
    for (const { id, running } of contestants) {
      const { pss, rss } = readTreeMemory(running.pid);
      run.figures.push(figure('memory', id, 'pss_bytes', [pss]), figure('memory', id, 'rss_bytes', [rss]));
    }
  } finally {
    client.close();
    await stage.close();
  }
}

/**
 * Sums what `/proc/<pid>/smaps` tells, bytes. Pages of `executable` count in full, not by how many share them: the bench runs on Node
 * itself, and several peers do.
 */
export function parseSmaps(text: string, executable: string | null): { pss: number; rss: number } {
  let pss = 0;
  let rss = 0;
  let path = '';
  for (const line of text.split('\n')) {
    const header = /^[0-9a-f]+-[0-9a-f]+ \S+ \S+ \S+ \S+ *(.*)$/.exec(line);
    if (header !== null) path = header[1]!;
    const [, name, kilobytes] = /^(Rss|Pss): +(\d+) kB$/.exec(line) ?? [];
    if (name === 'Rss') rss += Number(kilobytes) * 1024;
    if (name === (path === executable ? 'Rss' : 'Pss')) pss += Number(kilobytes) * 1024;
  }
  return { pss, rss };
}

function readTreeMemory(pid: number): { pss: number; rss: number } {
  const sum = { pss: 0, rss: 0 };
  for (const member of processTree(pid)) {
    const executable = member === pid ? readlinkSync(`/proc/${pid}/exe`) : null;
    const { pss, rss } = parseSmaps(readFileSync(`/proc/${member}/smaps`, 'latin1'), executable);
    sum.pss += pss;
    sum.rss += rss;
  }
  return sum;
}

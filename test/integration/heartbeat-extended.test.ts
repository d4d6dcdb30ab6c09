import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { startBackend, startReporting } from '../support/heartbeat-daemon.js';
import type { Arrival } from '../support/reference-backend.js';

const BOOT_ID = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
const EXTENDED = { MONITOR_HEARTBEAT_EXTENDED: '1' };
const isWhole = ({ heartbeat }: Arrival) => heartbeat?.extended?.boot_id !== undefined;

describe('the daemon with MONITOR_HEARTBEAT_EXTENDED=1', { concurrency: true, timeout: 60_000 }, () => {
  it('tells in each heartbeat what happened since the one before', async (t) => {
    const backend = await startBackend(t, 0, true);
    startReporting(t, backend.url, EXTENDED);
    await backend.arrival(isWhole);
    await backend.arrived(backend.arrivals.length + 2);
    assert.deepEqual(
      backend.arrivals.map(({ problems }) => problems),
      backend.arrivals.map(() => []),
    );
    const [before, last] = backend.heartbeats.slice(-2).map(({ extended }) => extended!);
    assert.equal(last!.boot_id, BOOT_ID);
    assert.equal(last!.sampler!.ticks, last!.seq - before!.seq);
    const sampledMs = ({ sampled_at }: { sampled_at: string }) => Date.parse(sampled_at);
    const elapsedMs = sampledMs(last!) - sampledMs(before!);
    // Two clocks, each cut to a millisecond.
    assert.ok(Math.abs(last!.interval_seconds! * 1_000 - elapsedMs) < 50, JSON.stringify(last));
    assert.ok(last!.cpu!.user_pct! + last!.cpu!.system_pct! > 0);
  });

  it('reaches back over heartbeats that were not accepted', async (t) => {
    const backend = await startBackend(t, 0, true);
    startReporting(t, backend.url, EXTENDED);
    await backend.arrival(isWhole);
    const { seq } = backend.heartbeats.at(-1)!.extended!;
    backend.scriptNext((_request, response) => response.writeHead(500).end());
    const { heartbeat } = await backend.arrival(
      (arrival) => arrival.heartbeat !== null && arrival.heartbeat.extended!.seq > seq,
    );
    const ticks = heartbeat!.extended!.sampler!.ticks!;
    assert.equal(backend.arrivals.at(-2)!.status, null, 'the one before was not accepted');
    assert.equal(heartbeat!.extended!.seq - seq, ticks);
  });

  it('tells the boot on /health, too', async (t) => {
    const backend = await startBackend(t, 0, true);
    const daemon = startReporting(t, backend.url, EXTENDED);
    await backend.arrival(isWhole);
    const answer = await fetch(`${await daemon.address()}/health`);
    const { host } = (await answer.json()) as { host: { boot_id?: string } };
    assert.equal(host.boot_id, BOOT_ID);
  });
});

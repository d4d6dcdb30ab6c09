import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { startBackend, startReporting } from '../support/heartbeat-daemon.js';
import type { Arrival } from '../support/reference-backend.js';
import { until } from '../support/until.js';

const BOOT_ID = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
const EXTENDED = { MONITOR_HEARTBEAT_EXTENDED: '1' };
const isWhole = ({ heartbeat }: Arrival) => heartbeat?.extended?.boot_id !== undefined;

describe('the daemon with MONITOR_HEARTBEAT_EXTENDED=1', { concurrency: true, timeout: 60_000 }, () => {
  it('tells in each heartbeat what happened since the one before', async (t) => {
    const backend = await startBackend(t, 0, true);
    startReporting(t, backend.url, EXTENDED);
    const whole = () => backend.arrivals.filter(isWhole).flatMap(({ heartbeat }) => heartbeat!.extended!);
    await until('two whole heartbeats', () => whole().length >= 2);
    assert.deepEqual(
      backend.arrivals.map(({ problems }) => problems),
      backend.arrivals.map(() => []),
    );
    const [before, last] = whole();
    assert.equal(last!.boot_id, BOOT_ID);
    assert.equal(last!.sampler!.ticks, last!.seq - before!.seq);
    const sampledMs = ({ sampled_at }: { sampled_at: string }) => Date.parse(sampled_at);
    const elapsedMs = sampledMs(last!) - sampledMs(before!);
    // Two clocks, between which the lane may have been held up.
    assert.ok(Math.abs(last!.interval_seconds! * 1_000 - elapsedMs) < 1_000, JSON.stringify(last));
    assert.ok(last!.cpu!.burst!.seconds > 0);
  });

  it('reaches back over heartbeats that were not accepted', async (t) => {
    const backend = await startBackend(t, 0, true);
    startReporting(t, backend.url, EXTENDED);
    const seqOf = ({ heartbeat }: Arrival) => heartbeat?.extended?.seq ?? 0;
    const seq = seqOf(await backend.arrival(isWhole));
    backend.scriptNext((_request, response) => response.writeHead(500).end());
    const next = await backend.arrival((arrival) => seqOf(arrival) > seq);
    assert.ok(backend.arrivals.some(({ status }) => status === null));
    assert.equal(seqOf(next) - seq, next.heartbeat!.extended!.sampler!.ticks!);
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

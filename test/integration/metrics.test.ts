import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import {
  assertError,
  fileCleanup,
  JSON_TYPE,
  type RunningBridge,
  startBridge,
  telemetryWhen,
} from '../support/bridge-client.js';
import { onEachTransport } from '../support/bridge-transports.js';
import { createFaults } from '../support/faults.js';
import { copyMachine, readExpected, temporaryFolder } from '../support/fixtures.js';
import { parseExposition, sampleValue } from '../support/prometheus-text.js';
import { type RawAnswer, RawConnection, rawRequest, requestHead } from '../support/raw-http.js';
import { until } from '../support/until.js';

const MACHINE = 'swap-in-use';
const OPEN = 'application/openmetrics-text; version=1.0.0; charset=utf-8';
const CLASSIC = 'text/plain; version=0.0.4; charset=utf-8';

/** The value of a sample in an answer of /metrics. */
function valueIn({ body }: RawAnswer, name: string, labels?: Readonly<Record<string, string>>) {
  return sampleValue(parseExposition(body), name, labels);
}

onEachTransport((transport, env) => {
  const cleanup = fileCleanup();
  const socket = join(temporaryFolder(cleanup), 'monitor.sock');
  const procfs = copyMachine(cleanup, MACHINE);
  const faults = createFaults(cleanup);
  let port: number;
  let daemon: RunningBridge['daemon'];

  before(async () => {
    const bridge = await startBridge(
      cleanup,
      { ...env, MONITOR_PROCFS: procfs, MONITOR_BRIDGE_SOCKET: socket },
      faults.nodeArgs,
    );
    ({ port, daemon } = bridge);
    await telemetryWhen(port, ({ disk_pct }) => disk_pct !== null);
  });

  test('the machine is told as it is', async () => {
    const expected = readExpected(MACHINE);
    const answer = await until('a fresh sample', async () => {
      const now = await rawRequest(port, 'GET', '/metrics');
      assert.equal(now.status, 200);
      return valueIn(now, 'harborforge_up') === 1 && now;
    });
    assert.equal(answer.headers['cache-control'], 'no-store');
    const value = (name: string, labels?: Readonly<Record<string, string>>) =>
      valueIn(answer, `harborforge_${name}`, labels);
    assert.equal(value('memory_usage_ratio'), expected.mem_pct / 100);
    assert.equal(value('swap_usage_ratio'), expected.swap_pct / 100);
    assert.equal(value('load5'), expected.load_avg[1]);
    assert.equal(value('host_uptime_seconds'), expected.uptime_seconds);
    const modes = ['user', 'nice', 'system', 'idle', 'iowait', 'irq', 'softirq', 'steal'];
    const seconds = modes.map((mode) => value('cpu_seconds_total', { mode }));
    assert.deepEqual(
      seconds,
      expected.cpu.map((ticks) => ticks! / 100),
    );
    assert.ok(value('collector_duration_seconds', { collector: 'disk' })! > 0);
    assert.equal(valueIn(answer, 'process_open_fds')! > 10, true);
    const startedMs = valueIn(answer, 'process_start_time_seconds')! * 1_000;
    assert.ok(startedMs > performance.timeOrigin && startedMs < Date.now());
  });

  for (const [accept, type] of [
    [undefined, CLASSIC],
    ['application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1', OPEN],
  ] as const) {
    for (const where of ['port', 'socket']) {
      test(`to ${accept ?? 'nothing'} the ${where} answers ${type}, and to HEAD the same without the body`, async () => {
        const connection = await RawConnection.open(where === 'port' ? port : socket);
        try {
          for (let i = 0; i < 3; i++) {
            connection.write(requestHead('GET', '/metrics', { accept }));
            const got = await connection.answer();
            assert.equal(got.headers['content-type'], type);
            assert.equal(got.body.endsWith('# EOF\n'), type === OPEN);
            parseExposition(got.body);
            connection.write(requestHead('HEAD', '/metrics', { accept }));
            const head = await connection.answer({ head: true });
            assert.deepEqual([head.status, head.headers['content-type']], [200, type]);
            assert.deepEqual(Object.keys(head.headers).sort(), Object.keys(got.headers).sort());
          }
          // What the answers to other paths are called has not changed.
          connection.write(requestHead('GET', '/health', { accept }));
          assert.equal((await connection.answer()).headers['content-type'], 'application/json');
          assert.equal(connection.unread, '');
        } finally {
          connection.destroy();
        }
      });
    }
  }

  test('whoever may not ask for other paths may not ask for this one', async () => {
    const ask = (headers: Readonly<Record<string, string>>) =>
      rawRequest(port, 'GET', '/metrics', { headers });
    assertError(await ask({ host: 'example.com' }), 421, 'misdirected_request');
    assertError(await ask({ origin: 'https://example.com' }), 403, 'origin_forbidden');
    assertError(await ask({ 'sec-fetch-site': 'cross-site' }), 403, 'origin_forbidden');
  });

  // What is told of a host does not hang on what serves it.
  if (transport === 'uws') return;
  describe('when something is wrong', () => {
    test('a lane that died is counted, and its counters go on', async () => {
      const counted = async (name: string) =>
        valueIn(await rawRequest(port, 'GET', '/metrics'), `harborforge_sampler_${name}`, { lane: 'proc' });
      const ticks = (await counted('ticks_total'))!;
      await faults.strike('proc', 'exit');
      await until('the death to be counted', async () => (await counted('restarts_total')) === 1);
      await until('the lane to be back', async () => (await counted('running')) === 1);
      await until(
        'ticks beyond those from before',
        async () => ((await counted('ticks_total')) ?? 0) > ticks,
      );
    });

    test('a file that is garbage takes its own metrics away, and no other', async () => {
      writeFileSync(join(procfs, 'meminfo'), 'garbage\n');
      const answer = await until('memory to fail', async () => {
        const now = await rawRequest(port, 'GET', '/metrics');
        const memory = valueIn(now, 'harborforge_collector_success', { collector: 'memory' });
        return memory === 0 && valueIn(now, 'harborforge_up') === 1 && now;
      });
      assert.equal(valueIn(answer, 'harborforge_memory_usage_ratio'), undefined);
      assert.equal(valueIn(answer, 'harborforge_memory_available_bytes'), undefined);
      assert.equal(valueIn(answer, 'harborforge_collector_supported', { collector: 'swap' }), undefined);
      assert.equal(valueIn(answer, 'harborforge_collector_success', { collector: 'load' }), 1);
    });

    test('when no file can be read, /telemetry is 503, and /metrics is 200 and says so', async () => {
      for (const file of ['stat', 'loadavg', 'uptime']) writeFileSync(join(procfs, file), 'garbage\n');
      const refusal = await until('the sample to be invalid', async () => {
        const now = await rawRequest(port, 'GET', '/telemetry');
        return now.status === 503 && now;
      });
      assertError(refusal, 503, 'no_sample');
      const answer = await rawRequest(port, 'GET', '/metrics');
      assert.equal(answer.status, 200);
      assert.equal(valueIn(answer, 'harborforge_up'), 0);
      assert.equal(valueIn(answer, 'harborforge_disk_usage_ratio'), undefined);
      assert.ok(valueIn(answer, 'harborforge_sampler_read_errors_total', { lane: 'proc' })! > 0);
      assert.equal(
        (await rawRequest(port, 'POST', '/metrics', { headers: JSON_TYPE, body: '' })).status,
        405,
      );
      assert.equal(daemon.child.exitCode, null);
    });
  });
});

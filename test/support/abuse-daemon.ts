import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { NormalClient } from './abuse-client.js';
import { end, healthWhen, push, telemetryWhen } from './bridge-client.js';
import type { BridgeTransport } from './bridge-transports.js';
import { DaemonProcess } from './daemon-process.js';
import { assertNothingLeaked, settledHoldings } from './leaks.js';

const COLLECTOR = new URL('./abuse-collector.js', import.meta.url).href;
const KEPT = { version: 'kept', plugin_version: '1' };

/** A real daemon that is abused while a normal client goes on with it. */
export interface AbusedDaemon {
  readonly daemon: DaemonProcess;
  readonly pid: number;
  readonly port: number;
  readonly client: NormalClient;
  /**
   * Ends the normal client and checks that all was answered, that the daemon lives and calls nothing a fault, that what was pushed before is
   * what it has, and that it holds no more than before. `memoryKb`: what it may have more of memory.
   */
  assertUnharmed(memoryKb?: number): Promise<void>;
}

/** Starts the daemon with a push in it and its normal client. `warmUp` is done once before it is looked at what the daemon holds. */
export async function startAbused(
  t: TestContext,
  transport: BridgeTransport,
  options: {
    env?: Readonly<Record<string, string>>;
    warmUp?: (port: number) => Promise<unknown>;
  } = {},
): Promise<AbusedDaemon> {
  // On a busy machine it would else sample less often, and nothing here is about that.
  const env = { MONITOR_BRIDGE_TRANSPORT: transport, MONITOR_CPU_BUDGET_PCT: '100', ...options.env };
  const daemon = new DaemonProcess(env, [], ['--expose-gc', '--import', COLLECTOR]);
  t.after(() => end(daemon));
  const port = Number(new URL(await daemon.address()).port);
  const pid = daemon.child.pid ?? 0;
  await telemetryWhen(port, ({ disk_pct }) => disk_pct !== null);
  // The thread that looks what machine this is ends by itself.
  await healthWhen(port, ({ host }) => host !== null);
  assert.equal((await push(port, KEPT)).status, 200);
  await options.warmUp?.(port);
  daemon.child.kill('SIGUSR2');
  const before = await settledHoldings(pid);
  const client = NormalClient.start(t, port);
  await client.assertServed();
  return {
    daemon,
    pid,
    port,
    client,
    assertUnharmed: async (memoryKb) => {
      await client.assertServed();
      await client.stop();
      const health = await healthWhen(port, ({ problems }) => problems.length === 0);
      assert.equal(health.openclaw?.version, KEPT.version);
      assert.deepEqual(
        daemon.lines.filter((line) => line['condition'] === 'bridge'),
        [],
      );
      daemon.child.kill('SIGUSR2');
      await settledHoldings(pid);
      await assertNothingLeaked(pid, before, memoryKb);
      assert.equal(await daemon.stop(), 0);
      assert.equal(daemon.stderr, '');
    },
  };
}

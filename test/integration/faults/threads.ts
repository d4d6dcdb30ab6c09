import assert from 'node:assert/strict';
import { test } from 'node:test';
import { healthWhen, readHealth } from '../../support/bridge-client.js';
import {
  assertGoesOn,
  assertRecovered,
  assertStopsInTime,
  startWhole,
  toldOver,
} from '../../support/fault-watch.js';
import { createFaults, type Fault, type FaultyThread } from '../../support/faults.js';
import { assertNothingLeaked, readHoldings } from '../../support/leaks.js';
import { until } from '../../support/until.js';

/** All the ways in which JavaScript can end a thread, or keep it from ending. */
const FAULTS = ['throw', 'exit', 'exhaust', 'loop'] as const satisfies readonly Fault[];

const THREADS = [
  { thread: 'proc', condition: 'lane.proc', text: 'the proc lane died', struck: { frames: true } },
  { thread: 'disk', condition: 'lane.disk', text: 'the disk lane died', struck: {} },
  {
    thread: 'heartbeat',
    condition: 'heartbeat.thread',
    text: 'the heartbeat thread died',
    struck: { beats: true },
  },
] as const;

/** Each thread, ended in each way in which JavaScript can end it, or kept from ending. */
export function threadFaults(): void {
  for (const { thread, condition, text, struck } of THREADS) {
    test(`a thread that throws, ends, runs out of its heap or never ends a loop comes back each time when it is the ${thread} thread, and nothing else stops`, async (t) => {
      const faults = createFaults(t);
      const whole = await startWhole(t, { nodeArgs: faults.nodeArgs });
      const { daemon, port, pid } = whole;
      const restarts = async (): Promise<Record<FaultyThread, number>> => {
        const { lanes, heartbeat } = await readHealth(port);
        return {
          proc: lanes.proc.restarts,
          disk: lanes.disk.restarts,
          heartbeat: heartbeat.restarts,
          inventory: 0,
          dump: 0,
        };
      };
      for (const [index, fault] of FAULTS.entries()) {
        const { ticks } = (await readHealth(port)).lanes.proc;
        await faults.strike(thread, fault);
        await assertGoesOn(whole, struck);
        await until(`it to be back after ${fault}`, async () => (await restarts())[thread] === index + 1);
        await assertRecovered(whole);
        await assertGoesOn(whole);
        assert.ok((await readHealth(port)).lanes.proc.ticks > ticks, 'the counters go on where they were');
      }
      const each = { proc: 0, disk: 0, heartbeat: 0, inventory: 0, dump: 0, [thread]: FAULTS.length };
      assert.deepEqual(await restarts(), each);
      const lines = await toldOver(daemon.lines, condition, FAULTS.length);
      assert.deepEqual(
        lines.map((line) => line.slice(0, line.indexOf(text))),
        FAULTS.flatMap(() => ['error ', 'info resolved: ']),
        lines.join('\n'),
      );
      assert.match(lines[0] ?? '', /struck$/);
      assert.match(lines[4] ?? '', /memory/);
      assert.match(lines[6] ?? '', /it hung, and was given up$/);
      await assertNothingLeaked(pid, whole.before);
      await assertStopsInTime(daemon);
    });
  }

  test('a thread that throws, ends, runs out of its heap or never ends a loop costs no more than the inventory when it is the thread that looks for that', async (t) => {
    // With the same preloaded module, which has Node start threads of its own.
    const { before } = await startWhole(t, { nodeArgs: createFaults(t).nodeArgs });
    for (const fault of FAULTS) {
      const faults = createFaults(t);
      faults.strikeAlways('inventory', fault);
      const whole = await startWhole(t, {
        nodeArgs: faults.nodeArgs,
        isInventoryExpected: false,
      });
      await assertGoesOn(whole);
      const { reason } = await whole.daemon.line(({ msg }) => msg === 'cannot read the host inventory');
      assert.ok(String(reason).length > 0);
      const { host, status } = await healthWhen(whole.port, () => true);
      assert.deepEqual([host, status], [null, 'ok']);
      // No thread of it is left. The one that found something may still have been there before.
      await until(
        `no more threads than without ${fault}`,
        () => readHoldings(whole.pid).threads <= before.threads,
      );
      await assertStopsInTime(whole.daemon);
    }
  });
}

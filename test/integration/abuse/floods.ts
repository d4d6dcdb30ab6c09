import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { MAX_CONNECTIONS } from '../../../src/bridge/limits.js';
import { startAbused } from '../../support/abuse-daemon.js';
import { assertError, JSON_TYPE } from '../../support/bridge-client.js';
import { onEachTransport } from '../../support/bridge-transports.js';
import { temporaryFolder } from '../../support/fixtures.js';
import { readHoldings } from '../../support/leaks.js';
import { type RawAnswer, RawConnection, rawRequest, requestHead } from '../../support/raw-http.js';

const FLOODER = fileURLToPath(new URL('../../support/abuse-flooder.js', import.meta.url));
const SILENT = 4_000;
const PUSHERS = 300;
/** What waits in the kernel's queue when the process looks at it comes on top, for each half. */
const QUEUE = 512;
const HELD_MAX = MAX_CONNECTIONS + 2 * QUEUE + 100;

const MORE_THAN_THE_LIMIT = MAX_CONNECTIONS + QUEUE;

/** Connections by the thousand. */
export function floods(): void {
  onEachTransport((transport) => {
    test('thousands of connections, silent or asking, held or opened again and again, keep nobody out', async (t) => {
      const path = `${temporaryFolder(t)}/s`;
      const abused = await startAbused(t, transport, {
        env: { MONITOR_BRIDGE_SOCKET: path },
        // What malloc and V8 take for that once, they keep.
        warmUp: async (port) => (await flood(t, port, MORE_THAN_THE_LIMIT, 'hold'))(),
      });
      for (const [where, count, mode] of [
        [abused.port, SILENT, 'hold'],
        [abused.port, MORE_THAN_THE_LIMIT, 'again'],
        // Here a connection that finds the kernel's queue full fails at once, and has to be tried again.
        [path, MORE_THAN_THE_LIMIT, 'again'],
      ] as const) {
        const end = await flood(t, where, count, mode);
        await abused.client.assertServed();
        assert.equal((await rawRequest(path, 'GET', '/health')).status, 200);
        const held = readHoldings(abused.pid).descriptors.length;
        assert.ok(held <= HELD_MAX, `${held} descriptors`);
        await end();
      }
      await abused.assertUnharmed();
    });

    test('hundreds of connections that push without a pause what is expensive to read keep nobody out', {
      timeout: 120_000,
    }, async (t) => {
      const abused = await startAbused(t, transport, {
        warmUp: async (port) => (await flood(t, port, PUSHERS, 'push'))(),
      });
      // On node:http opened before, since it accepts one new connection a turn of its loop, and turns are long now. On uWebSockets.js a
      // request with a body is the last one of its connection.
      let kept = await RawConnection.open(abused.port);
      t.after(() => kept.destroy());
      const end = await flood(t, abused.port, PUSHERS, 'push');
      const ask = async (request: string): Promise<RawAnswer> => {
        for (let tries = 1; ; tries++) {
          kept.write(request);
          const answer = await kept.answer().catch(() => null);
          const isOver = answer === null || answer.status === 408;
          if (isOver || transport === 'uws') {
            kept.destroy();
            kept = await RawConnection.open(abused.port);
          }
          // It was idle for too long while the others were opened.
          if (!isOver) return answer;
          assert.ok(tries < 5, `${answer?.status}`);
        }
      };
      const expensive = `{${Array.from({ length: 6_500 }, (_, i) => `"k${i}":1`).join()}}`;
      const push = `${requestHead('POST', '/openclaw', { ...JSON_TYPE, 'content-length': String(expensive.length) })}${expensive}`;
      let refused: RawAnswer | null = null;
      for (let asked = 0; refused === null || asked < 10; asked++) {
        const begunMs = performance.now();
        assert.equal((await ask(requestHead('GET', '/telemetry'))).status, 200);
        // Far more than it takes while pushes have half of the time, on a machine that is busy with other tests.
        assert.ok(performance.now() - begunMs < 20_000);
        const answer = await ask(push);
        if (answer.status !== 400) refused = answer;
      }
      assertError(refused, 503, 'push_busy');
      assert.equal(refused.headers['retry-after'], '1');
      await end();
      await abused.assertUnharmed();
    });
  });
}

/** Begins a flood, resolves when so many were opened, or twice as many where they are opened again, and returns what ends it. */
async function flood(
  t: TestContext,
  where: number | string,
  count: number,
  mode: 'hold' | 'again' | 'push',
): Promise<() => Promise<void>> {
  const child = spawn(process.execPath, [FLOODER, String(where), String(count), mode], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const end = async (): Promise<void> => {
    child.kill('SIGKILL');
    await exited;
  };
  t.after(end);
  let lines = mode === 'again' ? 2 : 1;
  for await (const _ of createInterface({ input: child.stdout })) if (--lines === 0) break;
  return end;
}

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertAnswers } from '../../support/abuse-answers.js';
import { type AbusedDaemon, startAbused } from '../../support/abuse-daemon.js';
import { type FuzzCase, makeCase, Random } from '../../support/abuse-fuzz.js';
import { push } from '../../support/bridge-client.js';
import { onEachTransport } from '../../support/bridge-transports.js';
import { RawConnection } from '../../support/raw-http.js';

/** So many connections at a time. */
const BATCH = 20;
const CASES = 1_500;
/** Far more than an answer takes on a machine that is busy. */
const PATIENCE_MS = 60_000;

/**
 * Requests that are nearly as they should be, and what else there is. FUZZ_SEED and FUZZ_CASES in the environment set where it begins and how
 * long it goes on: `FUZZ_SEED=7 FUZZ_CASES=100000 node --test dist/test/integration/abuse/abuse.test.js`.
 */
export function fuzz(env: NodeJS.ProcessEnv): void {
  const seed = Number(env['FUZZ_SEED'] ?? 1);
  const cases = Number(env['FUZZ_CASES'] ?? CASES);
  onEachTransport((transport) => {
    test(`${cases} requests from the seed ${seed} get answers of the contract or none, and harm nobody`, async (t) => {
      const random = new Random(seed);
      const abused = await startAbused(t, transport, {
        warmUp: async (port) => {
          const other = new Random(seed + 1);
          for (let i = 0; i < 20; i++) await Promise.all(batchOf(other).map((each) => send(port, each)));
        },
      });
      for (let done = 0; done < cases; done += BATCH) await tryBatch(abused, batchOf(random), seed);
      await abused.client.assertServed();
      assert.equal((await push(abused.port, { version: 'kept', plugin_version: '1' })).status, 200);
      await abused.assertUnharmed();
    });
  });
}

function batchOf(random: Random): FuzzCase[] {
  return Array.from({ length: BATCH }, () => makeCase(random));
}

/** When something is wrong with one of them, says the seed and the bytes; with all of them, where it can't be told which. */
async function tryBatch({ daemon, port }: AbusedDaemon, batch: readonly FuzzCase[], seed: number) {
  const results = await Promise.allSettled(
    batch.map(async (each) => {
      try {
        const { bytes, isCut } = await send(port, each);
        assertAnswers(bytes, isCut);
      } catch (error) {
        throw new Error(`seed ${seed}, latin1: ${JSON.stringify(each)}`, { cause: error });
      }
    }),
  );
  const how = daemon.child.exitCode ?? daemon.child.signalCode;
  assert.equal(how, null, `the daemon ended by ${how}; seed ${seed}, one of: ${JSON.stringify(batch)}`);
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}

/** Sends a case and the end of the connection, or resets it, and resolves with what came until that was over. */
async function send(
  port: number,
  { text, cuts, isReset }: FuzzCase,
): Promise<{ bytes: Buffer; isCut: boolean }> {
  const connection = await RawConnection.open(port);
  let timer: NodeJS.Timeout | undefined;
  try {
    let from = 0;
    for (const cut of cuts) {
      connection.socket.write(text.slice(from, cut), 'latin1');
      await new Promise(setImmediate);
      from = cut;
    }
    if (isReset) {
      connection.socket.write(text.slice(from), 'latin1');
      await new Promise(setImmediate);
      connection.socket.resetAndDestroy();
      return { bytes: Buffer.alloc(0), isCut: true };
    }
    connection.socket.end(text.slice(from), 'latin1');
    const patience = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('the connection is still open')), PATIENCE_MS);
    });
    await Promise.race([connection.closed, patience]);
    return { bytes: Buffer.from(connection.unread, 'latin1'), isCut: connection.error !== null };
  } finally {
    clearTimeout(timer);
    connection.destroy();
  }
}

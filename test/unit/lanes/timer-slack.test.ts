import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';

const MODULE = new URL('../../../workers/lanes/timer-slack.js', import.meta.url).href;

/** Drops the timer slack of a worker thread, and posts its slack before and after. */
const SCRIPT = `
  const { readFileSync, readlinkSync } = require('node:fs');
  const { basename } = require('node:path');
  const { parentPort } = require('node:worker_threads');
  const slackNs = () => Number(readFileSync('/proc/' + basename(readlinkSync('/proc/thread-self')) + '/timerslack_ns', 'ascii'));
  import(${JSON.stringify(MODULE)}).then(({ dropTimerSlack }) => {
    const before = slackNs();
    dropTimerSlack();
    parentPort.postMessage([before, slackNs()]);
  });
`;

test('only the calling thread loses its timer slack', async () => {
  const mine = readFileSync('/proc/self/timerslack_ns', 'ascii');
  const worker = new Worker(SCRIPT, { eval: true });
  const [before, after] = await new Promise<[number, number]>((resolve, reject) => {
    worker.once('message', resolve).once('error', reject);
  });
  assert.ok(before > 1, String(before));
  assert.equal(after, 1);
  assert.equal(readFileSync('/proc/self/timerslack_ns', 'ascii'), mine);
  await worker.terminate();
});

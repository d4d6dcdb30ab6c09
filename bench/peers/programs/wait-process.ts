/**
 * A process that does no more at a tick than it must: `wait-process.js KIND INTERVAL_MS`. `wait` sleeps in `Atomics.wait` until the next
 * deadline; `read` reads /proc/stat besides. What these take no sampler on Node can be below. Never ends by itself.
 */
import { openSync, readSync } from 'node:fs';
import { createClock } from '../../../src/shared/clock.js';
import { Ticker } from '../../../workers/lanes/ticker.js';

const STAT_BYTES = 1_024;

const [kind, interval] = process.argv.slice(2);
const intervalMs = Number(interval);
const word = new Int32Array(new SharedArrayBuffer(4));
const ticker = new Ticker(createClock(), (ms) => Atomics.wait(word, 0, 0, ms) === 'timed-out');
const bytes = Buffer.allocUnsafeSlow(STAT_BYTES);
const fd = openSync('/proc/stat', 'r');
while (ticker.next(intervalMs)) if (kind === 'read') readSync(fd, bytes, 0, STAT_BYTES, 0);

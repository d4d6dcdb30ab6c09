/**
 * A process that does no more at a tick than it must: `wait-process.js KIND INTERVAL_MS`. `wait` sleeps in `Atomics.wait` until the next
 * deadline; `read` reads /proc/stat as well; `hot` runs the daemon's hot pass: it also parses, and keeps shares
 * and the histogram of bursts; `lean` parses, and reads meminfo at every second tick. No sampler on Node can take less than these. Never
 * ends by itself.
 */
import { openSync, readSync } from 'node:fs';
import { createClock } from '../../../src/shared/clock.js';
import { FRAME_NUMBERS } from '../../../src/shared/fields.js';
import { HotPass } from '../../../workers/lanes/hot-pass.js';
import { Ticker } from '../../../workers/lanes/ticker.js';
import { ProcFiles } from '../../../workers/proc/proc-files.js';
import { CPU_FIELDS, scanStat } from '../../../workers/proc/stat.js';

const STAT_BYTES = 1_024;
const MEMINFO_BYTES = 8_192;
const CPU_WINDOW_MS = 1_000;
/** So often the work of a tick is done at once at the start, for V8 to optimise it. */
const WARM_UP_TICKS = 20_000;

const [kind, interval] = process.argv.slice(2);
const intervalMs = Number(interval);
const word = new Int32Array(new SharedArrayBuffer(4));
const statBytes = Buffer.allocUnsafeSlow(STAT_BYTES);
const meminfoBytes = Buffer.allocUnsafeSlow(MEMINFO_BYTES);
const counters = new Float64Array(CPU_FIELDS.length);
const stat = openSync('/proc/stat', 'r');
const meminfo = openSync('/proc/meminfo', 'r');
let ticks = 0;
const clock = createClock();
const numbers = new Float64Array(FRAME_NUMBERS).fill(Number.NaN);
const hotPass = new HotPass(
  new ProcFiles('/proc').file('stat', STAT_BYTES),
  numbers,
  CPU_WINDOW_MS,
  intervalMs,
);

function tick(): void {
  if (kind === 'wait') return;
  if (kind === 'hot') {
    hotPass.sample(clock.monoMs(), intervalMs);
    return;
  }
  const length = readSync(stat, statBytes, 0, STAT_BYTES, 0);
  if (kind === 'read') return;
  scanStat(statBytes, length, counters);
  if (ticks++ % 2 === 0) readSync(meminfo, meminfoBytes, 0, MEMINFO_BYTES, 0);
}

for (let i = 0; i < WARM_UP_TICKS; i++) tick();
const ticker = new Ticker(clock, {
  sleep: (ms) => Atomics.wait(word, 0, 0, ms) === 'timed-out',
});
while (ticker.next(intervalMs)) tick();

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { end, readHealth } from '../support/bridge-client.js';
import { DaemonProcess } from '../support/daemon-process.js';
import { until } from '../support/until.js';

/** Functions of a tick that V8 compiles by themselves, too, whatever it inlines where; no other functions have these names. */
const MUST_BE_OPTIMISED = ['scanStat', 'tick'];
/** These, too, run at every tick; V8 may have inlined them all. */
const HOT = [...MUST_BE_OPTIMISED, 'sample', 'run', 'record', 'publish', 'readSync'];
/** As many ticks as V8 is to leave the code alone for: five seconds. */
const CALM_TICKS = 100;
const MINUTE_TICKS = 1_200;

test('V8 optimises the code of a tick within the first minute, and keeps it', async (t) => {
  // V8 prints to a pipe in blocks, which would split lines, unless stdbuf sees to it.
  const daemon = new DaemonProcess({}, [], ['--trace-opt', '--trace-deopt'], ['stdbuf', '-oL']);
  t.after(() => end(daemon));
  const port = Number(new URL(await daemon.address()).port);
  const ticks = async (): Promise<number> => (await readHealth(port)).lanes.proc.ticks;

  const { fromTick, events } = await until('a tick whose code stays optimised', async () => {
    const before = hotEvents(daemon);
    const isOptimised = (name: string) =>
      before.findLast((event) => event.name === name)?.isOptimised === true;
    if (!MUST_BE_OPTIMISED.every(isOptimised)) return null;
    const fromTick = await ticks();
    await until('more ticks', async () => (await ticks()) >= fromTick + CALM_TICKS);
    const events = hotEvents(daemon);
    return events.length === before.length ? { fromTick, events } : null;
  });
  assert.ok(fromTick < MINUTE_TICKS, `tick ${fromTick}: ${JSON.stringify(events)}`);
});

interface HotEvent {
  readonly name: string;
  /** False: deoptimised. */
  readonly isOptimised: boolean;
}

/** What V8 did with the hot functions, in order. */
function hotEvents({ lines }: DaemonProcess): HotEvent[] {
  return lines.flatMap(({ msg = '' }) => {
    const [, what, name = ''] = /(completed optimizing|deoptimizing) .*?<JSFunction (\w+) /.exec(msg) ?? [];
    return HOT.includes(name) ? [{ name, isOptimised: what !== 'deoptimizing' }] : [];
  });
}

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Reading } from '../../../src/commands/top/feed.js';
import { showOnTerminal } from '../../../src/commands/top/session.js';
import { createClock } from '../../../src/shared/clock.js';
import { FakeTerminal } from '../../support/terminal-fake.js';
import { readingOf } from '../../support/top-readings.js';
import { until } from '../../support/until.js';

const ABILITIES = { isAddressable: true, hasColour: true, hasBlocks: true };

/** Runs the view on a fake terminal. */
function show(terminal: FakeTerminal, source: { read?: () => Reading | null; check?: () => void } = {}) {
  const aborting = new AbortController();
  let atExit: (() => void) | null = null;
  const ended = showOnTerminal(
    { ...terminal, clock: createClock(), signal: aborting.signal },
    { read: source.read ?? (() => readingOf()), check: source.check ?? (() => {}) },
    {
      abilities: ABILITIES,
      cpuCount: 2,
      onExit: (restore) => {
        atExit = restore;
        return () => {
          atExit = null;
        };
      },
    },
  );
  return { ended, abort: () => aborting.abort(), exit: () => atExit?.(), hasExitHook: () => atExit !== null };
}

const isDrawn = ({ grid }: FakeTerminal) => grid.lines.some((line) => line.startsWith(' CPU '));

function assertGivenBack(terminal: FakeTerminal): void {
  assert.ok(terminal.grid.isRestored, JSON.stringify(terminal.writes.at(-1)));
  assert.equal(terminal.isRaw, false);
  assert.equal(terminal.listeners, 0);
}

describe('the terminal is restored', { concurrency: true }, () => {
  for (const [key, name] of [
    ['q', 'q'],
    ['Q', 'Q'],
    ['\x03', 'Ctrl-C'],
    ['xq', 'a key and q at once'],
  ] as const) {
    test(`on ${name}`, async () => {
      const terminal = new FakeTerminal(80, 24);
      const { ended, hasExitHook } = show(terminal);
      await until('the view', () => isDrawn(terminal));
      assert.deepEqual(
        [terminal.isRaw, terminal.grid.isAlternate, terminal.grid.isCursorShown, hasExitHook()],
        [true, true, false, true],
      );
      terminal.press('x');
      terminal.press(key);
      await ended;
      assertGivenBack(terminal);
      assert.equal(hasExitHook(), false);
    });
  }

  test('on a signal', async () => {
    const terminal = new FakeTerminal(80, 24);
    const { ended, abort } = show(terminal);
    await until('the view', () => isDrawn(terminal));
    abort();
    await ended;
    assertGivenBack(terminal);
  });

  test('on a signal before the first frame', async () => {
    const terminal = new FakeTerminal(80, 24);
    const { ended, abort } = show(terminal);
    abort();
    await ended;
    assertGivenBack(terminal);
  });

  test('on a sampler failure', async () => {
    const terminal = new FakeTerminal(80, 24);
    let checks = 0;
    const check = (): void => {
      if (++checks === 3) throw new Error('no more');
    };
    await assert.rejects(show(terminal, { check }).ended, /no more/);
    assertGivenBack(terminal);
  });

  test('on a failed write', async () => {
    const terminal = new FakeTerminal(80, 24, (count) => {
      if (count === 2) throw new Error('EIO');
    });
    await assert.rejects(show(terminal).ended, /EIO/);
    assertGivenBack(terminal);
  });

  test('once, when the process exits while the view runs', async () => {
    const terminal = new FakeTerminal(80, 24);
    const { ended, exit, abort } = show(terminal);
    await until('the view', () => isDrawn(terminal));
    exit();
    assert.ok(terminal.grid.isRestored);
    assert.equal(terminal.isRaw, false);
    const { length } = terminal.writes;
    abort();
    await ended;
    assert.equal(terminal.writes.length, length);
  });
});

test('each frame is one write, and a resize redraws everything', async () => {
  const terminal = new FakeTerminal(80, 24);
  let samples = 0;
  const read = (): Reading =>
    readingOf({ cpu_pct: samples++ % 100 }, { atMonoMs: 1_000_000 + samples * 100 });
  const { ended, abort } = show(terminal, { read });
  await until('the view', () => isDrawn(terminal));
  terminal.resize(40, 12);
  await until('the smaller view', () => isDrawn(terminal));
  assert.ok(terminal.grid.lines.every((line) => line.length <= 40 && !line.includes('~')));
  terminal.resize(80, 24);
  await until('the larger view', () => terminal.grid.lines.length === 24 && isDrawn(terminal));
  abort();
  await ended;
  // One write to set up the terminal, one to restore it.
  assert.ok(terminal.writes.length <= samples + 2, `${terminal.writes.length} writes for ${samples} frames`);
});

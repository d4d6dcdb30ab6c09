import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readAbilities } from '../../../src/commands/top/abilities.js';
import { bar, sparkline } from '../../../src/commands/top/bars.js';
import { History } from '../../../src/commands/top/history.js';
import { printable } from '../../../src/commands/top/printable.js';

describe('what a terminal can show', () => {
  const UTF8 = { LANG: 'C.UTF-8' };
  for (const [what, env, expected] of [
    ['xterm with UTF-8: all', { TERM: 'xterm-256color', ...UTF8 }, [true, true, true]],
    ['NO_COLOR: no colour', { TERM: 'xterm', NO_COLOR: '1', ...UTF8 }, [true, false, true]],
    ['NO_COLOR that is empty: colour', { TERM: 'xterm', NO_COLOR: '', ...UTF8 }, [true, true, true]],
    ['a VT220: no colour', { TERM: 'vt220', ...UTF8 }, [true, false, true]],
    ['a monochrome xterm: no colour', { TERM: 'xterm-mono', ...UTF8 }, [true, false, true]],
    ['the C locale: ASCII', { TERM: 'xterm', LANG: 'C' }, [true, true, false]],
    ['LC_ALL beats LANG', { TERM: 'xterm', LC_ALL: 'C', ...UTF8 }, [true, true, false]],
    ["the kernel's own console: ASCII", { TERM: 'linux', ...UTF8 }, [true, true, false]],
    ['a dumb terminal: nothing', { TERM: 'dumb', ...UTF8 }, [false, false, false]],
    ['no TERM at all: nothing', UTF8, [false, false, false]],
  ] as const) {
    test(what, () => {
      const { isAddressable, hasColour, hasBlocks } = readAbilities(env);
      assert.deepEqual([isAddressable, hasColour, hasBlocks], expected);
    });
  }
});

describe('a bar', () => {
  for (const [share, blocks, ascii] of [
    [0, '          ', '..........'],
    [0.0001, '▏         ', '#.........'],
    [0.25, '██▌       ', '###.......'],
    [0.5, '█████     ', '#####.....'],
    [1, '██████████', '##########'],
    [7, '██████████', '##########'],
    [Number.NaN, '          ', '..........'],
  ] as const) {
    test(`of ${share}`, () => {
      assert.equal(bar(share, 10, true), blocks);
      assert.equal(bar(share, 10, false), ascii);
    });
  }

  test('of zero width is empty', () => assert.equal(bar(1, 0, true), ''));
});

test('a sparkline rises with its values and has gaps for unknown ones', () => {
  const values = [0, 12.5, 50, 100, Number.NaN, 200];
  assert.equal(sparkline(values, 100, true), '▁▁▄█ █');
  assert.equal(sparkline(values, 100, false), '__=# #');
  assert.equal(sparkline([0], 0, true), '▁');
});

describe('the last minute', () => {
  test('has the maximum of each second, gaps where no value came, and drops older values', () => {
    const history = new History();
    history.push(10, 100_000);
    history.push(30, 100_900);
    history.push(20, 100_950);
    history.push(null, 101_000);
    history.push(5, 103_000);
    assert.deepEqual(history.columns(60).slice(-4), [30, Number.NaN, Number.NaN, 5]);
    history.push(1, 163_500);
    assert.deepEqual(
      history.columns(60).map((value) => (Number.isNaN(value) ? '-' : value)),
      [...new Array<string>(59).fill('-'), 1],
    );
  });

  test('in fewer columns has the maximum of several seconds each, and shifts them together', () => {
    const history = new History();
    for (let second = 600; second < 660; second++) history.push(second, second * 1000);
    assert.deepEqual(
      history.columns(30),
      Array.from({ length: 30 }, (_, i) => 601 + 2 * i),
    );
    assert.equal(history.columns(31).length, 30);
    history.push(999, 660_000);
    assert.deepEqual(history.columns(30).slice(-3), [657, 659, 999]);
    assert.deepEqual(history.columns(0), []);
  });
});

test('external text cannot control the terminal and takes one cell per character', () => {
  assert.equal(printable('\x1b[2Jsite\u0007\x9b\u00ad\u200b宽 ö'), '?[2Jsite????? ö');
  assert.equal(printable('ö', false), '?');
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { compose, describeUptime } from '../../../src/commands/top/compose.js';
import type { Reading } from '../../../src/commands/top/feed.js';
import { Screen } from '../../../src/commands/top/screen.js';
import { View } from '../../../src/commands/top/view.js';
import { TerminalGrid } from '../../support/terminal-grid.js';
import { readingOf } from '../../support/top-readings.js';
import { UNKNOWN_DETAILS } from '../../support/unknown-details.js';

/** The screen after `readings` were drawn one after the other. */
function seen(
  readings: readonly (Reading | null)[],
  columns: number,
  rows: number,
  { hasColour = true, hasBlocks = true } = {},
): TerminalGrid {
  const [view, screen, grid] = [new View(2), new Screen(hasColour), new TerminalGrid(columns, rows)];
  grid.write(screen.enter());
  for (const reading of readings) {
    const scene = { reading, view, nowMonoMs: (reading?.atMonoMs ?? 0) + 40, hasBlocks };
    grid.write(screen.draw(compose(scene, columns, rows)));
  }
  return grid;
}

describe('the view', () => {
  const READINGS = [readingOf({}, { atMonoMs: 998_000 }), readingOf({ cpu_pct: 100 })];

  test('at 80×24 shows everything, with a bar and a sparkline each', () => {
    const { lines } = seen(READINGS, 80, 24);
    assert.deepEqual(
      lines.slice(0, 17),
      [
        ' vps.t1                        up 12 d 03:24  load 1.20 1.10 0.98  01:37:21 UTC',
        '',
        ' CPU     [███████████████████████████] 100.0 %                             ▄█',
        ' Burst   [████████████████▉          ]  62.5 %                             ▅▅',
        ' Core 1  [████████████████████▎      ]  75.0 %                             ▆▆',
        ' Memory  [██████▊                    ]  25.0 %                             ▂▂',
        ' Swap    [                           ]   0.0 %                             ▁▁',
        ' Disk    [█████████████████████▋     ]  80.0 %                             ▇▇',
        ' Load    [████████████████▎          ]    1.20                             ▅▅',
        '',
        ' PSI CPU [▎                          ]   1.0 %                             ▁▁',
        ' PSI mem [                           ]   0.0 %                             ▁▁',
        ' PSI I/O [                           ]   0.0 %                             ▁▁',
        '',
        ' nginx   2 sites: default, shop.example',
        '',
        ' sample 40 ms old, every 100 ms                                         q quits',
      ].map((line) => line.trimEnd()),
    );
    assert.ok(lines.slice(17).every((line) => line === ''));
  });

  test('at 40×12 shows all but blank rows and the busiest core', () => {
    const { lines } = seen(READINGS, 40, 12);
    assert.deepEqual(lines, [
      ' vps.t1                   up 12 d 03:24',
      ' CPU     [█████████] 100.0 %          █',
      ' Burst   [█████▋   ]  62.5 %          ▅',
      ' Memory  [██▎      ]  25.0 %          ▂',
      ' Swap    [         ]   0.0 %          ▁',
      ' Disk    [███████▎ ]  80.0 %          ▇',
      ' Load    [█████▍   ]    1.20          ▅',
      ' PSI CPU [▏        ]   1.0 %          ▁',
      ' PSI mem [         ]   0.0 %          ▁',
      ' PSI I/O [         ]   0.0 %          ▁',
      ' nginx   2 sites: default, shop.example',
      ' sample 40 ms old, every 100 ms q quits',
    ]);
  });

  test('with room for five rows shows the five that matter most', () => {
    const { lines } = seen(READINGS, 30, 5);
    assert.deepEqual(
      lines.map((line) => line.split(' ')[1]),
      ['CPU', 'Memory', 'Swap', 'Disk', 'Load'],
    );
  });

  test('of any size stays within its cells', () => {
    const long = 'n'.repeat(300);
    const reading = readingOf({ identifier: long, nginx_sites: [long] });
    for (let columns = 1; columns <= 60; columns++)
      for (let rows = 1; rows <= 16; rows++) assert.equal(seen([reading], columns, rows).lines.length, rows);
  });

  test('without UTF-8 uses only ASCII', () => {
    const { lines } = seen([readingOf({ identifier: 'hôte' })], 80, 24, { hasBlocks: false });
    for (const line of lines) assert.match(line, /^[\x20-\x7e]*$/);
    assert.match(lines[2] ?? '', /^ CPU {5}\[#{14}\.{13}\] +50\.0 % +=$/);
  });

  test('without colour sets no attribute, and with colour marks high values', () => {
    const styles = (sequences: readonly string[]) => sequences.filter((each) => each.endsWith('m'));
    assert.deepEqual(styles(seen(READINGS, 80, 24, { hasColour: false }).sequences), ['\x1b[0m']);
    const grid = seen(READINGS, 80, 24);
    assert.deepEqual(
      [2, 5, 7].map((row) => grid.stylesOf(row)[10]),
      ['31', '32', '33'],
    );
  });

  test('shows what is unknown, unsupported, stale or old', () => {
    const unknown = readingOf({
      cpu_pct: null,
      ...UNKNOWN_DETAILS,
      pressure: { supported: false },
      load_avg: null,
      uptime_seconds: null,
      nginx_installed: null,
      nginx_sites: null,
      stale: ['disk'],
      stale_seconds: { disk: 12.4 },
    });
    const { lines } = seen([unknown], 80, 24);
    assert.match(lines[0] ?? '', /uptime \? {2}load \?/);
    assert.match(lines[2] ?? '', /^ CPU {5}\[ +\] +\?$/);
    assert.match(lines[3] ?? '', /^ Burst {3}\[ +\] +\?$/);
    assert.match(lines[4] ?? '', /^ Core {4}\[ +\] +\?$/);
    assert.match(lines[7] ?? '', /^ Disk .* 80\.0 % no new value for 12 s$/);
    assert.equal(lines[10], ' PSI     not supported by this kernel');
    assert.equal(lines[12], ' nginx   not known yet');
    assert.match(seen([null], 80, 24).lines.join(''), /^ Waiting for the first sample$/);

    const grid = new TerminalGrid(80, 24);
    const [screen, view] = [new Screen(true), new View(2)];
    grid.write(screen.enter());
    const scene = { reading: readingOf(), view, nowMonoMs: 1_005_200, hasBlocks: true };
    grid.write(screen.draw(compose(scene, 80, 24)));
    assert.match(grid.lines[16] ?? '', /^ sample 5\.2 s old/);
  });
});

test('an unchanged frame writes nothing, a changed one only the difference', () => {
  const [view, screen] = [new View(2), new Screen(true)];
  const draw = (reading: Reading, ageMs: number) =>
    screen.draw(compose({ reading, view, nowMonoMs: reading.atMonoMs + ageMs, hasBlocks: true }, 80, 24));
  assert.ok(draw(readingOf(), 0).length > 500);
  assert.equal(draw(readingOf(), 1), '');
  const changed = draw(readingOf({ mem_pct: 26 }, { atMonoMs: 1_000_100 }), 0);
  assert.ok(changed.startsWith('\x1b[6;'), JSON.stringify(changed));
  assert.ok(changed.length < 200, changed);
  screen.forget();
  assert.ok(draw(readingOf(), 0).length > 500);
});

test('an uptime is shown in days, hours and minutes', () => {
  assert.equal(describeUptime(59), '00:00:59');
  assert.equal(describeUptime(86_399), '23:59:59');
  assert.equal(describeUptime(90_061), '1 d 01:01');
});

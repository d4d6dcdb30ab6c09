import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { renderTable, type Telemetry } from '../../../src/commands/once-table.js';
import { createStyle } from '../../../src/commands/style.js';
import { FIELDS } from '../../../src/shared/fields.js';
import { UNKNOWN_DETAILS } from '../../support/unknown-details.js';

const TELEMETRY: Telemetry = {
  identifier: 'vps.t1',
  sampled_at: '2026-03-22T01:37:21.042Z',
  cpu_pct: 10.5,
  mem_pct: 76,
  disk_pct: 91,
  swap_pct: 0,
  load_avg: [0.12, 0.09, 0.03],
  uptime_seconds: 12_345,
  nginx_installed: true,
  nginx_sites: ['default', 'blog'],
  cpu: {
    busy_100ms_pct: 62.5,
    burst: { seconds: 0.9, max_pct: 97, mean_pct: 12.5, above_90_ms: 110 },
    cores: { hottest: { core: 3, pct: 99.1 }, interrupted: { core: 0, pct: 4 } },
  },
  pressure: {
    supported: true,
    cpu: { some: { avg10: 1.25 } },
    memory: { some: { avg10: 0 } },
    io: { some: { avg10: null } },
  },
};

function table(
  telemetry: Telemetry,
  options: { columns?: number; isTTY?: boolean; env?: Record<string, string> } = {},
): string {
  const { columns = 80, isTTY = false, env = {} } = options;
  return renderTable(telemetry, { columns, style: createStyle({ isTTY }, env), diskPath: '/data' });
}

function lineOf(text: string, name: string): string {
  return text.split('\n').find((line) => line.includes(`  ${name} `)) ?? '';
}

describe('the table of a snapshot', () => {
  test('shows each field with its value, unit and meaning', () => {
    const text = table(TELEMETRY);
    assert.match(text, /^vps\.t1 at 2026-03-22 01:37:21 UTC\n/);
    for (const [name, value] of [
      ['cpu_pct', '    10.5 %  ####......'],
      ['swap_pct', '     0.0 %  ..........'],
      ['load_avg', '  0.12  0.09  0.03'],
      ['uptime_seconds', '  12345 s (3 h 25 min)'],
      ['nginx_installed', '  yes'],
      ['nginx_sites', '  default, blog'],
      ['cpu.burst', '  busiest 97 %, mean 12.5 %, above 90 % for 110 ms'],
      ['cpu.cores', '  busiest CPU 3 with 99.1 %, interrupts CPU 0 with 4 %'],
      ['pressure', '  cpu 1.25 %, memory 0 %, io unknown'],
    ] as const)
      assert.ok(lineOf(text, name).includes(value), lineOf(text, name));
    const words = text.replace(/\s+/g, ' ');
    for (const { help } of FIELDS) assert.ok(words.includes(help.replace('the disk path', '/data')), help);
  });

  test('shows unknown values as unknown, and stale ones with their age', () => {
    const text = table({
      ...TELEMETRY,
      disk_pct: null,
      load_avg: null,
      stale: ['disk', 'memory', 'pressure'],
      stale_seconds: { disk: 75.2, memory: 3, pressure: 4 },
      ...UNKNOWN_DETAILS,
    });
    assert.match(lineOf(text, 'cpu.burst'), / unknown$/);
    assert.match(lineOf(text, 'cpu.cores'), / unknown$/);
    assert.match(lineOf(text, 'pressure'), / unknown {2}stale: no new value for 4 s$/);
    assert.match(
      lineOf(table({ ...TELEMETRY, pressure: { supported: false } }), 'pressure'),
      / not supported /,
    );
    assert.match(lineOf(text, 'disk_pct'), / unknown {2}stale: no new value for 1 min 15 s$/);
    assert.match(lineOf(text, 'load_avg'), / unknown$/);
    assert.match(lineOf(text, 'mem_pct'), / 76\.0 % .*stale: no new value for 3 s$/);
    assert.doesNotMatch(text, /null|NaN|undefined/);
  });

  test('fits the terminal, whatever its width and the number of sites', () => {
    const sites = Array.from({ length: 60 }, (_, index) => `site-${index}.example`);
    for (const columns of [40, 60, 80, 100, 300]) {
      const text = table({ ...TELEMETRY, nginx_sites: sites }, { columns });
      for (const line of text.split('\n')) assert.ok(line.length <= columns, `${columns}: ${line}`);
      assert.ok(text.includes('site-59.example'));
    }
  });

  test('replaces control characters in names', () => {
    const text = table({ ...TELEMETRY, identifier: 'a\u001b[2Jb', nginx_sites: ['x\u009b31m', 'y\n'] });
    assert.ok(text.includes('a?[2Jb') && text.includes('x?31m, y?'), text);
  });
});

describe('colours', () => {
  const isColoured = (options: Parameters<typeof table>[1]) => {
    const text = table(TELEMETRY, options);
    return stripVTControlCharacters(text) !== text;
  };

  test('appear on a terminal and mark high values', () => {
    const text = table(TELEMETRY, { isTTY: true });
    assert.ok(lineOf(text, 'cpu_pct').includes('\u001b[32m'));
    assert.ok(lineOf(text, 'mem_pct').includes('\u001b[33m'));
    assert.ok(lineOf(text, 'disk_pct').includes('\u001b[31m'));
    assert.equal(stripVTControlCharacters(text), table(TELEMETRY));
  });

  test('are off with NO_COLOR, on a dumb terminal and without a terminal', () => {
    assert.equal(isColoured({ isTTY: true }), true);
    assert.equal(isColoured({ isTTY: true, env: { NO_COLOR: '1' } }), false);
    assert.equal(isColoured({ isTTY: true, env: { NO_COLOR: '' } }), true);
    assert.equal(isColoured({ isTTY: true, env: { TERM: 'dumb' } }), false);
    assert.equal(isColoured({ isTTY: false }), false);
  });

  test('bars use block characters if the locale is UTF-8', () => {
    assert.ok(table(TELEMETRY, { env: { LANG: 'C.UTF-8' } }).includes('████░'));
    assert.ok(table(TELEMETRY, { env: { LANG: 'C.UTF-8', LC_ALL: 'C' } }).includes('####.'));
  });
});

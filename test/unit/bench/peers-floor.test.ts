import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readDiskUsedPct } from '../../../workers/host/statvfs.js';
import { MEM, MEM_FIELDS, parseMeminfo } from '../../../workers/proc/meminfo.js';
import { CPU_FIELDS, parseStat } from '../../../workers/proc/stat.js';
import { parseUptime } from '../../../workers/proc/uptime.js';

const SOURCE = fileURLToPath(new URL('../../../../bench/floor/floor.c', import.meta.url));
const hasCompiler = spawnSync('cc', ['--version']).error === undefined;

function readCpu(): Float64Array {
  const bytes = readFileSync('/proc/stat');
  const counters = new Float64Array(CPU_FIELDS.length);
  parseStat(bytes, bytes.length, counters);
  return counters;
}

function readUptime(): number {
  const bytes = readFileSync('/proc/uptime');
  return parseUptime(bytes, bytes.length);
}

test('the C sampler reads the same fields as ours', { skip: hasCompiler ? false : 'no cc' }, (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'floor-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const program = join(folder, 'floor');
  execFileSync('cc', ['-O2', '-Wall', '-Wextra', '-Werror', '-o', program, SOURCE]);

  const cpuBefore = readCpu();
  const uptimeBefore = readUptime();
  const printed = execFileSync(program, ['once'], { encoding: 'utf8' });
  const cpuAfter = readCpu();
  const uptimeAfter = readUptime();
  const values = Object.fromEntries(
    printed
      .trim()
      .split('\n')
      .map((line) => line.split(' '))
      .map(([name, ...numbers]) => [name!, numbers.map(Number)]),
  );

  CPU_FIELDS.forEach((name, i) => {
    // Idle and iowait may decrease slightly.
    const taken = values['cpu']![i]!;
    assert.ok(cpuBefore[i]! - 10 <= taken && taken <= cpuAfter[i]! + 10, name);
  });
  assert.equal(values['cpu']!.length, CPU_FIELDS.length);
  const meminfo = readFileSync('/proc/meminfo');
  const memory = new Float64Array(MEM_FIELDS.length);
  parseMeminfo(meminfo, meminfo.length, memory);
  assert.equal(values['memory']!.length, MEM_FIELDS.length);
  assert.equal(values['memory']![MEM.total], memory[MEM.total]);
  assert.equal(values['memory']![MEM.swapTotal], memory[MEM.swapTotal]);
  assert.ok(values['memory']![MEM.available]! > 0);
  assert.ok(uptimeBefore <= values['uptime']![0]! && values['uptime']![0]! < uptimeAfter + 1);
  assert.equal(values['load']!.length, 3);
  assert.ok(Math.abs(values['disk']![0]! - readDiskUsedPct('/')) < 1);
});

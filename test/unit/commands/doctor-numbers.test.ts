import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { findings } from '../../../src/commands/doctor/numbers.js';
import type { KernelReading } from '../../../src/shared/probe.js';

const GIB = 1024 ** 3;
const PRESSURE = { cpu: 12.5, memory: 0, io: 3 };

/** A reading on which all sources agree, except for `changes`. */
function reading(changes: Partial<KernelReading> = {}): KernelReading {
  return {
    type: 'kernel',
    ours: { cpuPct: 50, memPct: 25, swapPct: 0, load: [1, 0.5, 0.25], uptime: 100, pressure: PRESSURE },
    cpuTicks: { user: 90, nice: 0, system: 10, idle: 100, iowait: 0, irq: 0, softirq: 0, steal: 0 },
    cpuPctOfCpus: 50,
    memory: { MemTotal: 4 * GIB, MemAvailable: 3 * GIB },
    arcBytes: null,
    sysinfo: { load: [1.004, 0.5, 0.25], uptime: 100.9 },
    pressureFiles: PRESSURE,
    reasons: {},
    other: { cpuPct: 50, memPct: 25, swapPct: 0 },
    ...changes,
  };
}

/** The verdict on one number. */
function verdictOf(name: string, changes: Partial<KernelReading>, procfs = '/proc'): string | undefined {
  return findings(reading(changes), procfs).find((finding) => finding.name === name)?.verdict;
}

describe('a value that is unknown', () => {
  test('is a problem that says why', () => {
    const reasons = {
      memory: { summary: 'cannot read /proc/meminfo', detail: 'EACCES (permission denied)' },
    };
    const { ours } = reading();
    const all = findings(reading({ ours: { ...ours, memPct: null }, reasons }), '/proc');
    const memory = all.find(({ name }) => name === 'memory');
    assert.equal(memory?.verdict, 'problem');
    assert.match(memory?.found ?? '', /cannot read \/proc\/meminfo: EACCES \(permission denied\)$/);
  });
});

describe('our values compared with other sources', () => {
  test('are ok when all agree, and list their inputs', () => {
    const all = findings(reading(), '/proc');
    assert.deepEqual(
      all.map(({ name, verdict }) => [name, verdict]),
      ['cpu', 'memory', 'swap', 'load', 'uptime', 'pressure'].map((name) => [name, 'ok']),
    );
    assert.equal(
      all[0]?.found,
      '50.0 %: the ticks of one second in /proc/stat: user 90, system 10, idle 100 (beside it: its lines of single CPUs 50.0 %, systeminformation 50.0 %)',
    );
    assert.match(
      all[1]?.found ?? '',
      /^25\.0 %: MemTotal 4\.0 GiB, MemAvailable 3\.0 GiB in \/proc\/meminfo/,
    );
    assert.match(all[2]?.found ?? '', /^0\.0 %: there is no swap/);
  });

  for (const [name, changes] of [
    ['cpu', { cpuPctOfCpus: 55.1 }],
    ['cpu', { other: { cpuPct: 44.9, memPct: 25, swapPct: 0 } }],
    ['memory', { memory: { MemTotal: 4 * GIB, MemAvailable: 2.9 * GIB } }],
    ['memory', { other: { cpuPct: 50, memPct: 28, swapPct: 0 } }],
    ['swap', { other: { cpuPct: 50, memPct: 25, swapPct: 3 } }],
    ['load', { sysinfo: { load: [1.1, 0.5, 0.25], uptime: 100 } }],
    ['uptime', { sysinfo: { load: [1, 0.5, 0.25], uptime: 103 } }],
    ['pressure', { pressureFiles: { ...PRESSURE, cpu: 13.6 } }],
    ['pressure', { pressureFiles: 'unsupported' }],
    ['pressure', { pressureFiles: { ...PRESSURE, io: null } }],
  ] as const) {
    test(`${name}: a difference beyond the tolerance is a warning: ${JSON.stringify(changes)}`, () => {
      assert.equal(verdictOf(name, changes), 'warning');
    });
  }

  for (const name of ['cpu', 'memory', 'swap', 'load', 'uptime', 'pressure']) {
    test(`${name}: an unknown value is a problem`, () => {
      const pressure = { ...PRESSURE, io: null };
      const ours = { cpuPct: null, memPct: null, swapPct: null, load: null, uptime: null, pressure };
      assert.equal(verdictOf(name, { ours }), 'problem');
    });
  }

  test('what systeminformation does not account for is no difference: iowait, steal, the ZFS ARC', () => {
    const cpuTicks = { user: 90, system: 10, idle: 60, iowait: 30, steal: 10 };
    const other = { cpuPct: 68, memPct: 50, swapPct: 0 };
    assert.equal(verdictOf('cpu', { cpuTicks, other }), 'ok');
    const memory = { MemTotal: 4 * GIB, MemAvailable: 2 * GIB };
    assert.equal(verdictOf('memory', { memory, arcBytes: GIB, other }), 'ok');
  });

  test('values from another procfs are not compared with this system', () => {
    const changes = { other: null, sysinfo: { load: [9, 9, 9], uptime: 5 } };
    for (const { verdict, found } of findings(reading(changes), '/host/proc')) {
      assert.equal(verdict, 'ok');
      assert.ok(!found.includes('systeminformation'), found);
    }
  });

  test('pressure unsupported by the kernel is ok; pressure found only in the files is a problem', () => {
    const { ours } = reading();
    const without = { ours: { ...ours, pressure: 'unsupported' } } as const;
    assert.equal(verdictOf('pressure', { ...without, pressureFiles: 'unsupported' }), 'ok');
    assert.equal(verdictOf('pressure', without), 'problem');
  });

  test('the memory finding of a kernel without MemAvailable lists the parts', () => {
    const [, memory] = findings(reading({ memory: { MemTotal: 4 * GIB, MemFree: GIB } }), '/proc');
    assert.match(memory?.found ?? '', /MemFree 1\.0 GiB, no Buffers, no Cached/);
  });
});

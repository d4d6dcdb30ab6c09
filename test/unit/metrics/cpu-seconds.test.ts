import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CPU_MODES, CpuSeconds } from '../../../src/metrics/cpu-seconds.js';
import { T, TELEMETRY_NUMBERS } from '../../../src/shared/fields.js';

type Mode = (typeof CPU_MODES)[number];

function ticks(of: Partial<Record<Mode, number>>): Float64Array {
  const numbers = new Float64Array(TELEMETRY_NUMBERS.length).fill(Number.NaN);
  for (const mode of CPU_MODES) numbers[T[`cpu_${mode}`]] = of[mode] ?? 1_000;
  return numbers;
}

test('a hundred ticks are a second', () => {
  const seconds = new CpuSeconds().take(ticks({ user: 250, steal: 7 }));
  assert.deepEqual([seconds['user'], seconds['steal'], seconds['idle']], [2.5, 0.07, 10]);
});

test('a counter that decreases slightly keeps its value until it catches up', () => {
  const cpu = new CpuSeconds();
  const iowait = (value: number) => cpu.take(ticks({ iowait: value }))['iowait'];
  assert.deepEqual([500, 490, 499, 501].map(iowait), [5, 5, 5, 5.01]);
});

test('after a jump of the idle counter all modes restart from their raw values', () => {
  const cpu = new CpuSeconds();
  cpu.take(ticks({ idle: 100_000, user: 5_000 }));
  const after = cpu.take(ticks({ idle: 99_699, user: 100 }));
  assert.deepEqual([after['idle'], after['user']], [996.99, 1]);
});

test('a mode that the kernel does not report is unknown until it does', () => {
  const cpu = new CpuSeconds();
  assert.equal(cpu.take(ticks({ steal: Number.NaN }))['steal'], Number.NaN);
  assert.equal(cpu.take(ticks({ steal: 100 }))['steal'], 1);
});

test('no mode ever decreases without a jump of the idle counter', () => {
  const reading = fc.record(Object.fromEntries(CPU_MODES.map((mode) => [mode, fc.nat(10_000)])) as never);
  fc.assert(
    fc.property(fc.array(reading, { minLength: 2 }), (readings: Partial<Record<Mode, number>>[]) => {
      const cpu = new CpuSeconds();
      let last = cpu.take(ticks(readings[0]!));
      for (const each of readings.slice(1)) {
        const next = cpu.take(ticks(each));
        const isJump = last['idle']! * 100 - each.idle! > 300;
        if (!isJump) for (const mode of CPU_MODES) assert.ok(next[mode]! >= last[mode]!, mode);
        last = next;
      }
    }),
  );
});

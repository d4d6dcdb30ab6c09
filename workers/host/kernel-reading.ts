import { readFileSync } from 'node:fs';
import { loadavg, uptime } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import si from 'systeminformation';
import type { Clock } from '../../src/shared/clock.js';
import { Control } from '../../src/shared/control.js';
import { PRESSURE_RESOURCES, T } from '../../src/shared/fields.js';
import { FrameReader } from '../../src/shared/frame-store.js';
import { createSharedMemory, TELEMETRY_READER, TELEMETRY_STORE } from '../../src/shared/layout.js';
import type { KernelReading, Pressure } from '../../src/shared/probe.js';
import { ReasonsReader } from '../../src/shared/reasons.js';
import { ProcSampler } from '../lanes/proc-sampler.js';
import { MEM_FIELDS, parseMeminfo } from '../proc/meminfo.js';
import { CPU_FIELDS, parseStat } from '../proc/stat.js';
import { readPressureFiles } from './pressure-files.js';

const WINDOW_MS = 1_000;

/**
 * Takes a reading over one second with the proc lane's own code, and other tools' values at both ends. Thread: a process that may hang.
 * @throws when no kernel file can be read
 */
export async function readKernel(procfs: string, clock: Clock): Promise<KernelReading> {
  const shared = createSharedMemory();
  const frames = new FrameReader(shared, TELEMETRY_STORE, TELEMETRY_READER.main);
  const sampler = new ProcSampler({
    generation: new Control(shared).nextGeneration('proc'),
    shared,
    procfs,
    clock,
    intervalMs: WINDOW_MS,
    cpuWindowMs: WINDOW_MS,
    cpuBudgetPct: 100,
    diskStaleAfterMs: WINDOW_MS,
    nginxStaleAfterMs: WINDOW_MS,
  });
  const isOwn = procfs === '/proc';
  try {
    const begunMs = clock.monoMs();
    sampler.tick(begunMs, 0);
    const before = readText(procfs, 'stat');
    if (isOwn) await si.currentLoad();
    await delay(WINDOW_MS - (clock.monoMs() - begunMs));
    const pressureBefore = readPressureFiles(procfs);
    sampler.tick(clock.monoMs(), 0);
    const pressureAfter = readPressureFiles(procfs);
    const after = readText(procfs, 'stat');
    const [load, memory] = isOwn ? await Promise.all([si.currentLoad(), si.mem()]) : [];
    const numbers = frames.read((slot) => Float64Array.from(slot.numbers))!;
    const value = (index: number) => (Number.isNaN(numbers[index]) ? null : numbers[index]!);
    const pressure =
      numbers[T.pressure_supported] === 0
        ? 'unsupported'
        : {
            cpu: value(T.pressure_cpu_some_avg10),
            memory: value(T.pressure_memory_some_avg10),
            io: value(T.pressure_io_some_avg10),
          };
    const loads = [value(T.load_1), value(T.load_5), value(T.load_15)];
    return {
      type: 'kernel',
      ours: {
        cpuPct: value(T.cpu_pct),
        memPct: value(T.mem_pct),
        swapPct: value(T.swap_pct),
        load: loads.some((each) => each === null) ? null : (loads as number[]),
        uptime: value(T.uptime_seconds),
        pressure,
      },
      cpuTicks: ticksBetween(before, after),
      cpuPctOfCpus: shareOfCpus(before, after),
      memory: readMemory(procfs),
      arcBytes: readArc(procfs),
      pressureFiles: closest(pressure, pressureBefore, pressureAfter),
      reasons: new ReasonsReader(shared).read(),
      sysinfo: { load: loadavg(), uptime: uptime() },
      other:
        load === undefined || memory === undefined
          ? null
          : {
              cpuPct: load.currentLoad,
              memPct: 100 * (1 - memory.available / memory.total),
              swapPct: memory.swaptotal > 0 ? (100 * memory.swapused) / memory.swaptotal : 0,
            },
    };
  } finally {
    sampler.close();
  }
}

/** Returns the reading that is closer to `ours`: the kernel may have updated its averages between ours and one of the two. */
function closest(
  ours: Pressure | 'unsupported',
  before: Pressure | 'unsupported',
  after: Pressure | 'unsupported',
) {
  if (ours === 'unsupported' || before === 'unsupported' || after === 'unsupported') return after;
  const distance = (files: Pressure) =>
    Math.max(...PRESSURE_RESOURCES.map((name) => Math.abs((files[name] ?? 0) - (ours[name] ?? 0))));
  return distance(before) < distance(after) ? before : after;
}

function readText(procfs: string, file: string): string {
  try {
    return readFileSync(join(procfs, file), 'latin1');
  } catch {
    return '';
  }
}

function ticksBetween(before: string, after: string): Record<string, number | null> | null {
  try {
    const [first, last] = [before, after].map((text) => {
      const counters = new Float64Array(CPU_FIELDS.length);
      parseStat(Buffer.from(text), text.length, counters);
      return counters;
    });
    return Object.fromEntries(
      CPU_FIELDS.map((name, index) => {
        const step = last![index]! - first![index]!;
        return [name, Number.isNaN(step) ? null : step];
      }),
    );
  } catch {
    return null;
  }
}

/** Computed independently, from lines that the lane does not use. */
function shareOfCpus(before: string, after: string): number | null {
  const sums = (text: string) => {
    let [busy, total] = [0, 0];
    for (const [, columns = ''] of text.matchAll(/^cpu\d+ (.*)$/gm)) {
      const [user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0, steal = 0] = columns
        .split(' ')
        .map(Number);
      busy += user + nice + system + irq + softirq + steal;
      total += user + nice + system + irq + softirq + steal + idle + iowait;
    }
    return { busy, total };
  };
  const [first, last] = [sums(before), sums(after)];
  return last.total > first.total ? (100 * (last.busy - first.busy)) / (last.total - first.total) : null;
}

function readMemory(procfs: string): Record<string, number> {
  const text = readText(procfs, 'meminfo');
  const values = new Float64Array(MEM_FIELDS.length);
  try {
    parseMeminfo(Buffer.from(text), text.length, values);
  } catch {
    return {};
  }
  return Object.fromEntries(
    MEM_FIELDS.flatMap((name, index) => (Number.isNaN(values[index]) ? [] : [[name, values[index]!]])),
  );
}

function readArc(procfs: string): number | null {
  const text = readText(procfs, 'spl/kstat/zfs/arcstats');
  const read = (name: string) => Number(new RegExp(`^${name} +\\d+ +(\\d+)$`, 'm').exec(text)?.[1]);
  const bytes = read('size') - read('c_min');
  return Number.isNaN(bytes) ? null : Math.max(0, bytes);
}

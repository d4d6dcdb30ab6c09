import type { Source } from '../../shared/fields.js';
import type { KernelReading, Pressure, ProbeTask } from '../../shared/probe.js';
import type { Reasons } from '../../shared/reasons.js';
import { bytes, type Finding, ok, percent, problem, warning } from './finding.js';
import { askProbe, failureOf, messageOf } from './probe.js';

/** Three readings of a second each, and what starting takes. */
const LIMIT_MS = 7_000;
/** In percentage points. The edges of two seconds that were meant to be the same, in ticks of 10 ms; what other programs take between two readings. */
const CPU_TOLERANCE = 5;
const MEMORY_TOLERANCE = 2;
const LOAD_TOLERANCE = 0.05;
const UPTIME_TOLERANCE_S = 2;
/** The kernel averages anew every two seconds: that may come between two readings. */
const PRESSURE_TOLERANCE = 1;
const DIFFER = ', which differ by more than they should';
const ADVICE_DIFFERS =
  'run it again: on a host that is busy two readings may differ; when they differ each time, please report it with this output';

/** Checks CPU, memory, swap, load, uptime and pressure: our value, what it was made of, and what others say. */
export async function checkNumbers(task: Omit<ProbeTask, 'topic'>, signal: AbortSignal): Promise<Finding[]> {
  const isGood = (reading: KernelReading) =>
    findings(reading, task.procfs).every(({ verdict }) => verdict === 'ok');
  const messages = await askProbe(
    { ...task, topic: 'kernel' },
    LIMIT_MS,
    signal,
    (message) => message.type === 'kernel' && isGood(message),
  );
  const reading = messageOf(messages, 'kernel');
  if (reading !== undefined) return findings(reading, task.procfs);
  const why = failureOf(messages, 'kernel') ?? `no answer within ${LIMIT_MS / 1000} s`;
  return [
    problem(
      'kernel-files',
      `${task.procfs}: ${why}`,
      'see that MONITOR_PROCFS is where a proc file system is mounted, and that it can be read (ls there)',
    ),
  ];
}

/** What one reading says. */
export function findings(reading: KernelReading, procfs: string): Finding[] {
  const { ours, other, sysinfo } = reading;
  return [
    checkCpu(reading, procfs),
    checkMemory(reading, procfs),
    checkSwap(reading),
    compare('load', ours.load === null ? null : [...ours.load], {
      shown: ours.load?.map((each) => each.toFixed(2)).join(' ') ?? '?',
      madeOf: `${procfs}/loadavg`,
      tolerance: LOAD_TOLERANCE,
      others: [['sysinfo(2)', [...sysinfo.load], sysinfo.load.map((each) => each.toFixed(2)).join(' ')]],
    }),
    compare('uptime', ours.uptime === null ? null : [ours.uptime], {
      shown: ours.uptime === null ? '?' : `${ours.uptime} s`,
      madeOf: `${procfs}/uptime`,
      tolerance: UPTIME_TOLERANCE_S,
      others: [['sysinfo(2)', [sysinfo.uptime], `${Math.floor(sysinfo.uptime)} s`]],
    }),
    checkPressure(reading, procfs),
  ]
    .map((finding) => withReason(finding, reading.reasons))
    .map((finding) => withoutOther(finding, other === null));
}

function checkCpu({ ours, cpuTicks, cpuPctOfCpus, other }: KernelReading, procfs: string): Finding {
  const ticks = Object.entries(cpuTicks ?? {});
  const total = ticks.reduce((sum, [, value]) => sum + (value ?? 0), 0);
  // systeminformation knows neither: waiting for a disk is idle time to us and nothing to it, and time stolen is busy to us.
  const unknownToOther = (100 * ((cpuTicks?.['iowait'] ?? 0) + (cpuTicks?.['steal'] ?? 0))) / (total || 1);
  const shown = ticks.flatMap(([name, value]) => (value ? [`${name} ${value}`] : []));
  return compare('cpu', ours.cpuPct === null ? null : [ours.cpuPct], {
    shown: percent(ours.cpuPct),
    madeOf: `the ticks of one second in ${procfs}/stat: ${shown.join(', ') || 'unknown'}`,
    tolerance: CPU_TOLERANCE,
    others: [
      ['its lines of single CPUs', one(cpuPctOfCpus), percent(cpuPctOfCpus)],
      ['systeminformation', one(other?.cpuPct), percent(other?.cpuPct), unknownToOther],
    ],
  });
}

function checkMemory({ ours, memory, arcBytes, other }: KernelReading, procfs: string): Finding {
  const { MemTotal: total = Number.NaN, MemAvailable: available } = memory;
  const parts =
    available === undefined ? ['MemFree', 'Buffers', 'Cached', 'SReclaimable', 'Shmem'] : ['MemAvailable'];
  const madeOf = ['MemTotal', ...parts].map((name) =>
    memory[name] === undefined ? `no ${name}` : `${name} ${bytes(memory[name])}`,
  );
  if (arcBytes !== null) madeOf.push(`ZFS gives back ${bytes(arcBytes)}`);
  const kernels = available === undefined ? null : 100 * (1 - (available + (arcBytes ?? 0)) / total);
  // It does not know of what ZFS gives back.
  const unknownToOther = arcBytes === null ? 0 : (100 * arcBytes) / total;
  return compare('memory', ours.memPct === null ? null : [ours.memPct], {
    shown: percent(ours.memPct),
    madeOf: `${madeOf.join(', ')} in ${procfs}/meminfo`,
    tolerance: MEMORY_TOLERANCE,
    others: [
      ['by MemAvailable alone', one(kernels), percent(kernels)],
      ['systeminformation', one(other?.memPct), percent(other?.memPct), unknownToOther],
    ],
  });
}

function checkSwap({ ours, memory, other }: KernelReading): Finding {
  const { SwapTotal: total = 0, SwapFree: free = 0 } = memory;
  return compare('swap', ours.swapPct === null ? null : [ours.swapPct], {
    shown: percent(ours.swapPct),
    madeOf: total === 0 ? 'there is no swap' : `SwapTotal ${bytes(total)}, SwapFree ${bytes(free)}`,
    tolerance: MEMORY_TOLERANCE,
    others: [['systeminformation', one(other?.swapPct), percent(other?.swapPct)]],
  });
}

function checkPressure({ ours, pressureFiles: files }: KernelReading, procfs: string): Finding {
  const { pressure } = ours;
  if (pressure === 'unsupported' && files === 'unsupported')
    return ok('pressure', 'this kernel tells none (to have it: CONFIG_PSI, and psi=1 at boot)');
  return compare('pressure', valuesOf(pressure), {
    shown: `some task waited in the last 10 s: ${shares(pressure)}`,
    madeOf: `${procfs}/pressure`,
    tolerance: PRESSURE_TOLERANCE,
    others: [['its files', valuesOf(files) ?? [], shares(files)]],
  });
}

/** Null where one of them can't be had. */
function valuesOf(pressure: Pressure | 'unsupported'): number[] | null {
  const values = pressure === 'unsupported' ? [] : Object.values(pressure);
  return values.length > 0 && values.every((value) => value !== null) ? values : null;
}

function shares(pressure: Pressure | 'unsupported'): string {
  if (pressure === 'unsupported') return 'unsupported';
  return Object.entries(pressure)
    .map(([resource, value]) => `${resource} ${percent(value)}`)
    .join(', ');
}

function one(value: number | null | undefined): number[] | null {
  return value === null || value === undefined ? null : [value];
}

/** Whoever else was asked: a name, the values or null, these as text, and by how much more they may differ. */
type Other = readonly [name: string, values: readonly number[] | null, shown: string, allowance?: number];

function compare(
  name: string,
  values: readonly number[] | null,
  {
    shown,
    madeOf,
    tolerance,
    others,
  }: { shown: string; madeOf: string; tolerance: number; others: readonly Other[] },
): Finding {
  if (values === null)
    return problem(
      name,
      `can't be had: ${madeOf}`,
      `look at the file: does it have the kernel's documented form?`,
    );
  const asked = others.filter(([, theirs]) => theirs !== null);
  const differ = asked.filter(([, theirs, , allowance = 0]) =>
    values.some(
      (value, index) => !(Math.abs(value - (theirs?.[index] ?? Number.NaN)) <= tolerance + allowance),
    ),
  );
  const beside = asked.map(([other, , text]) => `${other} ${text}`).join(', ');
  const found = `${shown}: ${madeOf}${beside === '' ? '' : ` (beside it: ${beside})`}`;
  return differ.length === 0 ? ok(name, found) : warning(name, `${found}${DIFFER}`, ADVICE_DIFFERS);
}

/** Adds why a value is unknown. */
function withReason(finding: Finding, reasons: Reasons): Finding {
  const reason = reasons[finding.name as Source];
  if (reason === undefined) return finding;
  const why = reason.detail === null ? reason.summary : `${reason.summary}: ${reason.detail}`;
  return { ...finding, found: `${finding.found}; ${why}` };
}

/** With MONITOR_PROCFS elsewhere, lxcfs may be mounted over /proc, so that other programs see the container's values. */
function withoutOther(finding: Finding, isElsewhere: boolean): Finding {
  const isOfSysinfo = finding.name === 'load' || finding.name === 'uptime';
  return isElsewhere && isOfSysinfo && finding.verdict === 'warning'
    ? ok(finding.name, finding.found.replace(DIFFER, ', as a container has it'))
    : finding;
}

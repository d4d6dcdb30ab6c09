import { z } from 'zod';

/** The snapshot of GET /telemetry as the contract has it: exactly these keys; null is "unknown". */

const percentage = z
  .number()
  .min(0)
  .max(100)
  .refine((value) => Number(value.toFixed(1)) === value, 'at most one decimal');
const load = z
  .number()
  .min(0)
  .refine((value) => Number(value.toFixed(2)) === value, 'at most two decimals');
const source = z.enum(['cpu', 'memory', 'swap', 'disk', 'load', 'uptime', 'nginx', 'pressure', 'cores']);

const whole = z.int().min(0);
const core = z.strictObject({ core: whole.nullable(), pct: percentage.nullable() });
const pressureLine = z.strictObject({
  avg10: load.max(100).nullable(),
  avg60: load.max(100).nullable(),
  avg300: load.max(100).nullable(),
  total_us: whole.nullable(),
  stall_us: whole.nullable(),
});
const pressureOf = z.strictObject({ some: pressureLine, full: pressureLine });

/** What is told beside the contract's fields. */
const cpu = z.strictObject({
  busy_100ms_pct: percentage.nullable(),
  user_pct: percentage.nullable(),
  system_pct: percentage.nullable(),
  iowait_pct: percentage.nullable(),
  steal_pct: percentage.nullable(),
  burst: z.strictObject({
    seconds: z.number().min(0).nullable(),
    max_pct: whole.max(100).nullable(),
    p95_pct: whole.max(100).nullable(),
    mean_pct: percentage.nullable(),
    above_90_ms: whole.nullable(),
  }),
  cores: z.strictObject({ count: z.int().min(1).nullable(), hottest: core, interrupted: core }),
});
const pressure = z.union([
  z.strictObject({ supported: z.literal(false) }),
  z.strictObject({
    supported: z.literal(true).nullable(),
    interval_ms: whole.nullable(),
    cpu: pressureOf,
    memory: pressureOf,
    io: pressureOf,
  }),
]);

export const telemetrySchema = z
  .strictObject({
    identifier: z.string().min(1),
    sampled_at: z.iso.datetime({ precision: 3 }),
    cpu_pct: percentage.nullable(),
    mem_pct: percentage.nullable(),
    disk_pct: percentage.nullable(),
    swap_pct: percentage.nullable(),
    load_avg: z.tuple([load, load, load]).nullable(),
    uptime_seconds: z.int().min(0).nullable(),
    nginx_installed: z.boolean().nullable(),
    nginx_sites: z.array(z.string()).nullable(),
    sampling: z.strictObject({ interval_ms: z.int().min(1).max(10_000) }),
    cpu,
    pressure,
    stale: z.array(source).min(1).optional(),
    stale_seconds: z.partialRecord(source, z.number().min(0)).optional(),
  })
  .refine(
    ({ stale = [], stale_seconds: ages = {} }) => stale.join() === Object.keys(ages).join(),
    'each stale source has its age',
  );

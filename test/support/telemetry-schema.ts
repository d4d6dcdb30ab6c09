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
const source = z.enum(['cpu', 'memory', 'swap', 'disk', 'load', 'uptime', 'nginx']);

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
    stale: z.array(source).min(1).optional(),
    stale_seconds: z.partialRecord(source, z.number().min(0)).optional(),
  })
  .refine(
    ({ stale = [], stale_seconds: ages = {} }) => stale.join() === Object.keys(ages).join(),
    'each stale source has its age',
  );

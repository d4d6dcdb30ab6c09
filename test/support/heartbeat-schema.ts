import { z } from 'zod';

/** The heartbeat's body as the contract has it: exactly these keys, and no plausible nonsense in them. */

const percentage = z
  .number()
  .min(0)
  .max(100)
  .refine((value) => Math.abs(value * 10 - Math.round(value * 10)) < 1e-9, 'at most one decimal');
const load = z
  .number()
  .min(0)
  .refine((value) => Math.abs(value * 100 - Math.round(value * 100)) < 1e-6, 'at most two decimals');
const versionText = z.string().min(1).max(200);

export const heartbeatSchema = z
  .strictObject({
    identifier: z.string().min(1),
    openclaw_version: versionText.optional(),
    plugin_version: versionText.optional(),
    agents: z.array(z.unknown()).max(1000).optional(),
    cpu_pct: percentage.optional(),
    mem_pct: percentage.optional(),
    disk_pct: percentage.optional(),
    swap_pct: percentage.optional(),
    load_avg: z.tuple([load, load, load]).optional(),
    uptime_seconds: z.int().min(0).optional(),
    nginx_installed: z.boolean().optional(),
    nginx_sites: z.array(z.string()).optional(),
  })
  .refine(
    (beat) => (beat.openclaw_version === undefined) === (beat.plugin_version === undefined),
    'openclaw_version and plugin_version come together',
  )
  .refine(
    (beat) => beat.agents === undefined || beat.openclaw_version !== undefined,
    'agents come with the versions',
  );

export type Heartbeat = z.infer<typeof heartbeatSchema>;

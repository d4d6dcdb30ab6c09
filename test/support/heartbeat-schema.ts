import { z } from 'zod';

/** The heartbeat's body as the contract has it: exactly these keys, and no plausible nonsense in them. */

const percentage = decimal(1).max(100);
const load = decimal(2);
const versionText = z.string().min(1).max(200);
const count = z.int().min(0);

/** A number that is not negative, with so many decimals at most. */
function decimal(places: number) {
  const scale = 10 ** places;
  return z
    .number()
    .min(0)
    .refine(
      (value) => Math.abs(value * scale - Math.round(value * scale)) < 1e-6,
      `at most ${places} decimals`,
    );
}

const HEARTBEAT = {
  identifier: z.string().min(1),
  openclaw_version: versionText.optional(),
  plugin_version: versionText.optional(),
  agents: z.array(z.unknown()).max(1000).optional(),
  cpu_pct: percentage.optional(),
  mem_pct: percentage.optional(),
  disk_pct: percentage.optional(),
  swap_pct: percentage.optional(),
  load_avg: z.tuple([load, load, load]).optional(),
  uptime_seconds: count.optional(),
  nginx_installed: z.boolean().optional(),
  nginx_sites: z.array(z.string()).optional(),
};

const pressureAverage = decimal(2).max(100).optional();
const pressureLine = z
  .strictObject({
    avg10: pressureAverage,
    avg60: pressureAverage,
    avg300: pressureAverage,
    stall_us: count.optional(),
  })
  .optional();
const pressureOf = z.strictObject({ some: pressureLine, full: pressureLine }).optional();

const EXTENDED = z.strictObject({
  sampled_at: z.iso.datetime({ precision: 3 }),
  seq: count.min(1),
  boot_id: z.uuid().optional(),
  interval_seconds: decimal(3).optional(),
  cpu: z
    .strictObject({
      burst: z
        .strictObject({
          seconds: decimal(3),
          max_pct: count.max(100),
          p95_pct: count.max(100),
          mean_pct: percentage,
          above_90_ms: count,
        })
        .optional(),
      user_pct: percentage.optional(),
      system_pct: percentage.optional(),
      iowait_pct: percentage.optional(),
      steal_pct: percentage.optional(),
    })
    .optional(),
  pressure: z
    .discriminatedUnion('supported', [
      z.strictObject({ supported: z.literal(false) }),
      z.strictObject({
        supported: z.literal(true),
        seconds: decimal(3).optional(),
        cpu: pressureOf,
        memory: pressureOf,
        io: pressureOf,
      }),
    ])
    .optional(),
  sampler: z
    .strictObject({
      cpu_pct: decimal(3).optional(),
      interval_ms: decimal(3).optional(),
      ticks: count.optional(),
      missed_ticks: count.optional(),
    })
    .optional(),
});

export const heartbeatSchema = withRules(z.strictObject(HEARTBEAT));
/** The same, and it may carry what MONITOR_HEARTBEAT_EXTENDED adds. */
export const extendedHeartbeatSchema = withRules(
  z.strictObject({ ...HEARTBEAT, extended: EXTENDED.optional() }),
);

function withRules<Schema extends z.ZodType<z.infer<z.ZodObject<typeof HEARTBEAT>>>>(schema: Schema): Schema {
  return schema
    .refine(
      (beat) => (beat.openclaw_version === undefined) === (beat.plugin_version === undefined),
      'openclaw_version and plugin_version come together',
    )
    .refine(
      (beat) => beat.agents === undefined || beat.openclaw_version !== undefined,
      'agents come with the versions',
    );
}

export type Heartbeat = z.infer<typeof extendedHeartbeatSchema>;

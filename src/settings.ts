import { dirname } from 'node:path';
import * as z from 'zod';
import { IDENTIFIER_MAX_CHARS } from './shared/layout.js';
import { isLoopbackHost } from './shared/loopback.js';

/**
 * The one table of settings: the names in the environment and on the command line, the default, what is allowed, and what --help says.
 * Every value comes in as text.
 */

/** A setting as a person sees it. `default` is text, as it would be given; null: unset. */
interface Setting<Schema extends z.ZodType> {
  readonly env: `MONITOR_${string}`;
  readonly flag: string;
  readonly placeholder: string;
  readonly default: string | null;
  readonly help: string;
  readonly schema: Schema;
}

function setting<Schema extends z.ZodType>(definition: Setting<Schema>): Setting<Schema> {
  return definition;
}

function numeric(pattern: RegExp, kind: string, least: number, most: number) {
  const expected = `expected ${kind} from ${least} to ${most}`;
  return z.string().transform((text, context) => {
    const value = pattern.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    context.addIssue({ code: 'custom', message: expected });
    return z.NEVER;
  });
}

function wholeNumber(least: number, most: number) {
  return numeric(/^\d{1,9}$/, 'a whole number', least, most);
}

function absolutePath() {
  return z.string().regex(/^\/[^\0]*$/, 'expected an absolute path');
}

/** The kernel's limit is 107 bytes. While it is being made, the socket is two names below its folder, see `unix-socket.ts`. */
function socketPath() {
  return absolutePath().refine(
    (path) => Buffer.byteLength(path) <= 107 && Buffer.byteLength(`${dirname(path)}/.tmp-XXXXXX/s`) <= 107,
    'expected a path of at most 107 bytes, in a folder whose own path has at most 93',
  );
}

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
const TRANSPORTS = ['auto', 'uws', 'node-http'] as const;

function checkBackendUrl(text: string, context: z.RefinementCtx): URL {
  const fail = (message: string): never => {
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  };
  if (!URL.canParse(text)) return fail('expected a URL such as https://backend.example');
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    return fail('expected a URL with https:// (or http://)');
  if (url.username !== '' || url.password !== '')
    return fail('a user name or password in the URL is not allowed');
  if (url.search !== '' || url.hash !== '') return fail('a query or fragment in the URL is not allowed');
  return url;
}

export const SETTINGS = {
  port: setting({
    env: 'MONITOR_PORT',
    flag: 'port',
    placeholder: 'N',
    default: '7311',
    help: 'Port of the bridge on 127.0.0.1; 0 takes a free one.',
    schema: wholeNumber(0, 65_535),
  }),
  identifier: setting({
    env: 'MONITOR_IDENTIFIER',
    flag: 'identifier',
    placeholder: 'NAME',
    default: null,
    help: 'What this host is called at the backend (default: its host name; with MONITOR_ROOTFS the one in etc/hostname there).',
    schema: z
      .string()
      .max(IDENTIFIER_MAX_CHARS, `expected at most ${IDENTIFIER_MAX_CHARS} characters`)
      .regex(/^\P{Cc}*[^\p{Cc}\s]\P{Cc}*$/u, 'expected text without control characters'),
  }),
  backendUrl: setting({
    env: 'MONITOR_BACKEND_URL',
    flag: 'backend-url',
    placeholder: 'URL',
    default: null,
    help: 'Where heartbeats go; unset: none are sent. Must be https:// off loopback.',
    schema: z.string().transform(checkBackendUrl),
  }),
  allowHttp: setting({
    env: 'MONITOR_ALLOW_HTTP',
    flag: 'allow-http',
    placeholder: '0|1',
    default: '0',
    help: '1: the backend may be http:// off loopback, and the API key goes over the wire in the clear.',
    schema: z.enum(['0', '1'], 'expected 0 or 1').transform((value) => value === '1'),
  }),
  apiKeyFile: setting({
    env: 'MONITOR_API_KEY_FILE',
    flag: 'api-key-file',
    placeholder: 'PATH',
    default: null,
    help: "File with the backend's API key; refused when group or others can read it.",
    schema: absolutePath(),
  }),
  reportIntervalSec: setting({
    env: 'MONITOR_REPORT_INTERVAL_SEC',
    flag: 'report-interval-sec',
    placeholder: 'N',
    default: '30',
    help: 'Seconds between heartbeats, 1 to 3600.',
    schema: wholeNumber(1, 3_600),
  }),
  sampleIntervalMs: setting({
    env: 'MONITOR_SAMPLE_INTERVAL_MS',
    flag: 'sample-interval-ms',
    placeholder: 'N',
    default: '50',
    help: 'Milliseconds between samples, 1 to 1000.',
    schema: wholeNumber(1, 1_000),
  }),
  cpuWindowMs: setting({
    env: 'MONITOR_CPU_WINDOW_MS',
    flag: 'cpu-window-ms',
    placeholder: 'N',
    default: '1000',
    help: 'Trailing time that cpu_pct covers, 100 to 60000 ms; at least the sample interval.',
    schema: wholeNumber(100, 60_000),
  }),
  cpuBudgetPct: setting({
    env: 'MONITOR_CPU_BUDGET_PCT',
    flag: 'cpu-budget-pct',
    placeholder: 'X',
    default: '0.5',
    help: 'Share of one core that the sampler may take, 0.01 to 100 percent; it samples less often where it would take more.',
    schema: numeric(/^\d{1,3}(\.\d{1,6})?$/, 'a number', 0.01, 100),
  }),
  diskPath: setting({
    env: 'MONITOR_DISK_PATH',
    flag: 'disk-path',
    placeholder: 'PATH',
    default: '/',
    help: 'A path on the file system that disk_pct is about. By default refused when / is the overlay of a container: set it if that is meant.',
    schema: absolutePath(),
  }),
  procfs: setting({
    env: 'MONITOR_PROCFS',
    flag: 'procfs',
    placeholder: 'PATH',
    default: '/proc',
    help: 'Where the proc file system of the host is mounted. In a container, set this and MONITOR_ROOTFS.',
    schema: absolutePath(),
  }),
  rootfs: setting({
    env: 'MONITOR_ROOTFS',
    flag: 'rootfs',
    placeholder: 'PATH',
    default: '/',
    help: "Where the root file system of the host is mounted; nginx, the disk path and the host's name are looked for below it.",
    schema: absolutePath(),
  }),
  logLevel: setting({
    env: 'MONITOR_LOG_LEVEL',
    flag: 'log-level',
    placeholder: 'LEVEL',
    default: 'info',
    help: `One of ${LOG_LEVELS.join(', ')}.`,
    schema: z.enum(LOG_LEVELS, `expected one of ${LOG_LEVELS.join(', ')}`),
  }),
  bridgeTokenFile: setting({
    env: 'MONITOR_BRIDGE_TOKEN_FILE',
    flag: 'bridge-token-file',
    placeholder: 'PATH',
    default: null,
    help: 'File with a token that every request to the bridge must bring as "Authorization: Bearer …".',
    schema: absolutePath(),
  }),
  bridgeSocket: setting({
    env: 'MONITOR_BRIDGE_SOCKET',
    flag: 'bridge-socket',
    placeholder: 'PATH',
    default: null,
    help: 'Unix socket, of mode 0660, on which the bridge listens beside its port.',
    schema: socketPath(),
  }),
  bridgeTransport: setting({
    env: 'MONITOR_BRIDGE_TRANSPORT',
    flag: 'bridge-transport',
    placeholder: 'NAME',
    default: 'auto',
    help: `What serves the bridge: ${TRANSPORTS.join(', ')}. auto is uWebSockets.js, or node:http (slower) where no build of it loads.`,
    schema: z.enum(TRANSPORTS, `expected one of ${TRANSPORTS.join(', ')}`),
  }),
} as const;

export type SettingName = keyof typeof SETTINGS;
export const SETTING_NAMES = Object.keys(SETTINGS) as SettingName[];

/** The key itself may come from the environment, but never from a flag: flags are in the process list. */
export const API_KEY_ENV = 'MONITOR_API_KEY';

type Shape = { [Name in SettingName]: (typeof SETTINGS)[Name]['schema'] };
/** What may stay unset. */
const UNSET_SETTINGS = ['backendUrl', 'apiKeyFile', 'bridgeTokenFile', 'bridgeSocket'] as const;
type UnsetSettings = (typeof UNSET_SETTINGS)[number];
type OptionalShape = {
  [Name in SettingName]: Name extends UnsetSettings ? z.ZodOptional<Shape[Name]> : Shape[Name];
};

const shape = Object.fromEntries(
  Object.entries(SETTINGS).map(([name, { schema }]) => [
    name,
    (UNSET_SETTINGS as readonly string[]).includes(name) ? schema.optional() : schema,
  ]),
) as unknown as OptionalShape;

/** A rule that concerns several settings is looked at when these are sound, whatever is wrong with others: all problems at once. */
function whenSound(...names: SettingName[]) {
  return ({ issues }: z.core.ParsePayload): boolean =>
    !issues.some(({ path }) => names.includes(path?.[0] as SettingName));
}

/** All settings at once: (text by name) → values, with the rules that concern two of them. */
export const settingsSchema = z
  .object(shape)
  .refine(
    ({ backendUrl, allowHttp }) =>
      backendUrl?.protocol !== 'http:' || allowHttp || isLoopbackHost(backendUrl.hostname),
    {
      path: ['backendUrl'],
      error:
        'expected https:// for a backend that is not on this machine (MONITOR_ALLOW_HTTP=1 allows http://)',
      when: whenSound('backendUrl', 'allowHttp'),
    },
  )
  .refine(({ cpuWindowMs, sampleIntervalMs }) => cpuWindowMs >= sampleIntervalMs, {
    path: ['cpuWindowMs'],
    error: ({ input }) =>
      `expected at least the sample interval, ${(input as { sampleIntervalMs: number }).sampleIntervalMs} ms`,
    when: whenSound('cpuWindowMs', 'sampleIntervalMs'),
  });

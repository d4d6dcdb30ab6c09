import { dirname } from 'node:path';
import * as z from 'zod';
import { LOG_FORMATS, LOG_LEVELS, MAX_HISTORY_SEC, type SettingName, TRANSPORTS } from './setting-table.js';
import { IDENTIFIER_MAX_CHARS } from './shared/layout.js';
import { isLoopbackHost } from './shared/loopback.js';

/** The validation rules of the settings. Their names and texts are in `setting-table.ts`. */
export { API_KEY_ENV, SETTING_NAMES, SETTINGS, type SettingName } from './setting-table.js';

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

function zeroOrOne() {
  return z.enum(['0', '1'], 'expected 0 or 1').transform((value) => value === '1');
}

function absolutePath() {
  return z.string().regex(/^\/[^\0]*$/, 'expected an absolute path');
}

/** The kernel's limit is 107 bytes. The socket is created two levels below its folder, see `unix-socket.ts`. */
function socketPath() {
  return absolutePath().refine(
    (path) => Buffer.byteLength(path) <= 107 && Buffer.byteLength(`${dirname(path)}/.tmp-XXXXXX/s`) <= 107,
    'expected a path of at most 107 bytes, in a folder whose own path has at most 93',
  );
}

function checkBackendUrl(text: string, context: z.RefinementCtx): URL {
  const fail = (message: string): never => {
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  };
  if (text.includes('@')) return fail('a user name or password (an @) in the URL is not allowed');
  if (!URL.canParse(text)) return fail('expected a URL such as https://backend.example');
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    return fail('expected a URL with https:// (or http://)');
  if (url.search !== '' || url.hash !== '') return fail('a query or fragment in the URL is not allowed');
  return url;
}

/** The valid values: text → value, for each setting of the table. */
const RULES = {
  port: wholeNumber(0, 65_535),
  identifier: z
    .string()
    .max(IDENTIFIER_MAX_CHARS, `expected at most ${IDENTIFIER_MAX_CHARS} characters`)
    .regex(/^\P{Cc}*[^\p{Cc}\s]\P{Cc}*$/u, 'expected text without control characters'),
  backendUrl: z.string().transform(checkBackendUrl),
  allowHttp: zeroOrOne(),
  apiKeyFile: absolutePath(),
  reportIntervalSec: wholeNumber(1, 3_600),
  sampleIntervalMs: wholeNumber(1, 1_000),
  cpuWindowMs: wholeNumber(100, 60_000),
  cpuBudgetPct: numeric(/^\d{1,3}(\.\d{1,6})?$/, 'a number', 0.01, 100),
  diskPath: absolutePath(),
  procfs: absolutePath(),
  rootfs: absolutePath(),
  logLevel: z.enum(LOG_LEVELS, `expected one of ${LOG_LEVELS.join(', ')}`),
  logFormat: z.enum(LOG_FORMATS, `expected one of ${LOG_FORMATS.join(', ')}`),
  bridgeTokenFile: absolutePath(),
  bridgeSocket: socketPath(),
  page: zeroOrOne(),
  historySec: wholeNumber(0, MAX_HISTORY_SEC),
  dumpDir: absolutePath(),
  heartbeatExtended: zeroOrOne(),
  bridgeTransport: z.enum(TRANSPORTS, `expected one of ${TRANSPORTS.join(', ')}`),
} as const satisfies Readonly<Record<SettingName, z.ZodType>>;

type Shape = typeof RULES;
/** The optional settings. */
const UNSET_SETTINGS = ['backendUrl', 'apiKeyFile', 'bridgeTokenFile', 'bridgeSocket', 'dumpDir'] as const;
type UnsetSettings = (typeof UNSET_SETTINGS)[number];
type OptionalShape = {
  [Name in SettingName]: Name extends UnsetSettings ? z.ZodOptional<Shape[Name]> : Shape[Name];
};

const shape = Object.fromEntries(
  Object.entries(RULES).map(([name, rule]) => [
    name,
    (UNSET_SETTINGS as readonly string[]).includes(name) ? rule.optional() : rule,
  ]),
) as unknown as OptionalShape;

/** Runs a rule about several settings if these are valid, even if others are not, so that all problems are reported at once. */
function whenSound(...names: SettingName[]) {
  return ({ issues }: z.core.ParsePayload): boolean =>
    !issues.some(({ path }) => names.includes(path?.[0] as SettingName));
}

/** Validates all settings, (text by name) → values, including the rules about pairs of settings. */
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

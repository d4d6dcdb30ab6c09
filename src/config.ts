import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type * as z from 'zod';
import { lookForFolder } from './folder.js';
import { Secret } from './secret.js';
import { API_KEY_ENV, SETTING_NAMES, SETTINGS, type SettingName, settingsSchema } from './settings.js';
import { messageOf } from './shared/errors.js';
import { isLoopbackHost } from './shared/loopback.js';
import { readProxies } from './shared/proxies.js';

/** Where a value came from: a flag, a variable, a file, or the default. */
export type Origin = string;

/** The backend's key, and what an operator would look at when it is refused. */
export interface ApiKey {
  readonly value: Secret;
  readonly origin: Origin;
}

/** What is in force. Frozen. */
export type Config = Readonly<z.output<typeof settingsSchema>> & {
  readonly apiKey: ApiKey | null;
  readonly bridgeToken: Secret | null;
  readonly origins: Readonly<Record<SettingName, Origin>>;
};

/** Either a configuration, or everything that is wrong with it; and in both cases what deserves a look. */
export type ConfigResult =
  | { readonly ok: true; readonly config: Config; readonly warnings: readonly string[] }
  | { readonly ok: false; readonly problems: readonly string[]; readonly warnings: readonly string[] };

/** What the configuration is made from. All of it is handed in. */
export interface ConfigInput {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Flags that were given, by setting. */
  readonly flags: Readonly<Partial<Record<SettingName, string>>>;
  readonly hostname: string;
}

const DEFAULT_ORIGIN = 'default';
const MIN_TOKEN_CHARS = 16;
const GROUP_AND_OTHERS = 0o077;
const OTHERS = 0o007;

/**
 * Flags beat environment beats default; an empty variable counts as unset. Reads the key and token files, touches nothing else that
 * may hang, and finds all problems in one go. Thread: main, at start. Throws nothing.
 */
export function loadConfig(input: ConfigInput): ConfigResult {
  const { values, origins } = gather(input);
  const warnings = unknownVariables(input.env);
  const parsed = settingsSchema.safeParse(values);
  const problems: string[] = [];
  const unsound = new Set<SettingName>();
  if (!parsed.success) {
    for (const issue of parsed.error.issues) {
      const name = issue.path[0] as SettingName;
      unsound.add(name);
      problems.push(`${nameOf(name, origins[name])}: ${issue.message}, got ${quoted(name, values[name])}`);
    }
  }
  for (const name of ['procfs', 'rootfs'] as const) {
    const path = values[name];
    const folder = path?.startsWith('/') ? lookForFolder(path) : 'there';
    const given = `${nameOf(name, origins[name])}: expected a folder that is there, got ${JSON.stringify(path)}`;
    if (folder === 'missing') problems.push(given);
    // What is below it can't be had now; it may be back at any time, and all else goes on without.
    if (folder === 'silent') warnings.push(`${given}, which gives no answer`);
  }

  // A file whose path is no path is not looked for: it would be the same problem twice.
  const key = unsound.has('apiKeyFile')
    ? null
    : readApiKey(input.env, values.apiKeyFile, nameOf('apiKeyFile', origins.apiKeyFile));
  if (typeof key === 'string') problems.push(key);
  else if (key === null && values.backendUrl !== undefined && !unsound.has('apiKeyFile')) {
    problems.push(
      `${API_KEY_ENV}: heartbeats need an API key: give MONITOR_API_KEY_FILE, or ${API_KEY_ENV}, or unset MONITOR_BACKEND_URL`,
    );
  }
  const token = unsound.has('bridgeTokenFile')
    ? null
    : readToken(values.bridgeTokenFile, nameOf('bridgeTokenFile', origins.bridgeTokenFile));
  if (typeof token === 'string') problems.push(token);

  const backendUrl = parsed.success ? parsed.data.backendUrl : undefined;
  if (backendUrl !== undefined && !isLoopbackHost(backendUrl.hostname))
    problems.push(...proxyProblems(input.env));

  if (!parsed.success || typeof key === 'string' || typeof token === 'string' || problems.length > 0) {
    return { ok: false, problems, warnings };
  }
  const config: Config = Object.freeze({ ...parsed.data, apiKey: key, bridgeToken: token, origins });
  return { ok: true, config, warnings };
}

/** Reads the key again, after the backend refused it. A text says why there is none; null: none is set. Thread: main. */
export function rereadApiKey(config: Config, env: ConfigInput['env']): ApiKey | string | null {
  return readApiKey(env, config.apiKeyFile, nameOf('apiKeyFile', config.origins.apiKeyFile));
}

/** What is in force and where it comes from, a line each, secrets hidden. */
export function describeConfig(config: Config): string {
  const lines: [string, string, Origin][] = SETTING_NAMES.map((name) => [
    SETTINGS[name].env,
    config[name] === undefined ? '(unset)' : String(config[name]),
    config.origins[name],
  ]);
  lines.push([
    API_KEY_ENV,
    config.apiKey === null ? '(unset)' : String(config.apiKey.value),
    config.apiKey?.origin ?? DEFAULT_ORIGIN,
  ]);
  const nameWidth = Math.max(...lines.map(([name]) => name.length));
  const valueWidth = Math.max(...lines.map(([, value]) => value.length));
  return lines
    .map(([name, value, origin]) => `${name.padEnd(nameWidth)}  ${value.padEnd(valueWidth)}  ${origin}`)
    .join('\n');
}

function gather({ env, flags, hostname }: ConfigInput) {
  const values: Partial<Record<SettingName, string>> = {};
  const origins = {} as Record<SettingName, Origin>;
  for (const name of SETTING_NAMES) {
    const { env: variable, default: fallback } = SETTINGS[name];
    const fromFlag = flags[name];
    const fromEnv = env[variable];
    if (fromFlag !== undefined) {
      values[name] = fromFlag;
      origins[name] = `--${SETTINGS[name].flag}`;
    } else if (fromEnv !== undefined && fromEnv !== '') {
      values[name] = fromEnv;
      origins[name] = variable;
    } else {
      if (fallback !== null) values[name] = fallback;
      origins[name] = DEFAULT_ORIGIN;
    }
  }
  if (values.identifier === undefined) {
    values.identifier = hostname;
    origins.identifier = 'host name';
  }
  return { values, origins };
}

/** The heartbeat thread reads the proxies itself; here it is only looked whether it can. */
function proxyProblems(env: ConfigInput['env']): string[] {
  try {
    readProxies(env);
    return [];
  } catch (error) {
    return [messageOf(error)];
  }
}

/** A typo in a variable's name would else go unnoticed. */
function unknownVariables(env: ConfigInput['env']): string[] {
  const known = new Set<string>([API_KEY_ENV, ...SETTING_NAMES.map((name) => SETTINGS[name].env)]);
  return Object.keys(env)
    .filter((name) => name.startsWith('MONITOR_') && !known.has(name))
    .map((name) => `${name}: no such setting; it is ignored`);
}

/** What takes the path of a secret is easily given the secret itself. */
const NEVER_REPEATED: ReadonlySet<SettingName> = new Set<SettingName>(['apiKeyFile', 'bridgeTokenFile']);

/** A rejected value, as it was given, but for what may be secret in it: a password or a query in a URL. */
function quoted(name: SettingName, value = ''): string {
  if (NEVER_REPEATED.has(name)) return 'something else';
  return JSON.stringify(
    value.replace(/\/\/.*@/s, '//[hidden]@').replace(/(:\/\/.*?)[?#].*$/s, '$1?[hidden]'),
  );
}

function nameOf(name: SettingName, origin: Origin): string {
  return origin.startsWith('--') ? origin : SETTINGS[name].env;
}

/** The first that is there: systemd's credential, the file (which the setting `fileName` names), the variable. A text is a problem. */
function readApiKey(
  env: ConfigInput['env'],
  file: string | undefined,
  fileName: string,
): ApiKey | string | null {
  const credentials = env['CREDENTIALS_DIRECTORY'];
  const credential = credentials ? join(credentials, 'api-key') : null;
  if (credential !== null && isThere(credential)) return readKeyFile(credential, credential, 0);
  if (file !== undefined) return readKeyFile(fileName, file, GROUP_AND_OTHERS);
  const fromEnv = env[API_KEY_ENV];
  return fromEnv ? checkKey(API_KEY_ENV, API_KEY_ENV, fromEnv) : null;
}

function readKeyFile(name: string, path: string, forbiddenMode: number): ApiKey | string {
  const text = readSecretFile(name, path, forbiddenMode);
  return 'problem' in text ? text.problem : checkKey(name, path, text.text);
}

function checkKey(name: string, origin: Origin, text: string): ApiKey | string {
  const value = text.trim();
  // What is wrong is said without showing the value.
  if (value === '') return `${name}: expected an API key, got nothing`;
  if (!/^[\x21-\x7e]+$/.test(value))
    return `${name}: expected an API key of printable ASCII characters without spaces`;
  return { value: new Secret(value), origin };
}

function readToken(file: string | undefined, name: string): Secret | string | null {
  if (file === undefined) return null;
  // The plugin runs as another user and may read it by its group.
  const text = readSecretFile(name, file, OTHERS);
  if ('problem' in text) return text.problem;
  const value = text.text.trim();
  if (value.length < MIN_TOKEN_CHARS || !/^[\x21-\x7e]+$/.test(value)) {
    return `${name}: expected a token of at least ${MIN_TOKEN_CHARS} printable ASCII characters without spaces in ${file}`;
  }
  return new Secret(value);
}

function readSecretFile(
  name: string,
  path: string,
  forbiddenMode: number,
): { text: string } | { problem: string } {
  try {
    const status = statSync(path);
    // A FIFO would be waited for, for ever.
    if (!status.isFile()) return { problem: `${name}: expected a file that can be read: ${path} is no file` };
    const { mode } = status;
    if ((mode & forbiddenMode) !== 0) {
      const whom = forbiddenMode === OTHERS ? 'everyone' : 'group or others';
      const octal = (mode & 0o777).toString(8).padStart(4, '0');
      return {
        problem: `${name}: ${path} can be read by ${whom} (mode ${octal}); expected 0600 (chmod 600 ${path})`,
      };
    }
    return { text: readFileSync(path, 'utf8') };
  } catch (error) {
    return { problem: `${name}: expected a file that can be read: ${messageOf(error)}` };
  }
}

function isThere(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    // Something is, and it can't be looked at: whoever reads it says why.
    return true;
  }
}

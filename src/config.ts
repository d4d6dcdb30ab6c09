import type * as z from 'zod';
import type { HostLook } from './host-look.js';
import { judgeHost } from './host-rules.js';
import type { Secret } from './secret.js';
import { type ApiKey, readApiKey, readToken } from './secret-files.js';
import { API_KEY_ENV, SETTING_NAMES, SETTINGS, type SettingName } from './setting-table.js';
import {
  DEFAULT_ORIGIN,
  type GivenSettings,
  gatherSettings,
  gotText,
  nameOf,
  type Origin,
} from './setting-values.js';
import { settingsSchema } from './settings.js';
import { messageOf } from './shared/errors.js';
import { isLoopbackHost } from './shared/loopback.js';
import type { HostTrees } from './shared/messages.js';
import { readProxies } from './shared/proxies.js';
import type { Unanswered } from './silent-files.js';

/** What is in force. Frozen. */
export type Config = Readonly<z.output<typeof settingsSchema>> & {
  readonly apiKey: ApiKey | null;
  readonly bridgeToken: Secret | null;
  readonly origins: Readonly<Record<SettingName, Origin>>;
};

/** Either a configuration, or everything that is wrong with it; and in both cases what deserves a look. */
export type ConfigResult = {
  readonly warnings: readonly string[];
  /** What gave no answer. A tree need not, for a configuration: the daemon starts, and goes on when it answers. A file has to. */
  readonly unanswered: readonly Unanswered[];
  /** What was found where this was started. */
  readonly host: HostLook;
} & (
  | {
      readonly ok: true;
      readonly config: Config;
      /** What was looked at and found to be right, in a line each. */
      readonly findings: readonly string[];
    }
  /** No problems: only what is unanswered stands in the way, and a later start may succeed. */
  | { readonly ok: false; readonly problems: readonly string[] }
);

/** What the configuration is made from. All of it is handed in. */
export interface ConfigInput extends GivenSettings {
  readonly host: HostLook;
  /** Files that don't answer, which are not to be opened. */
  readonly silentFiles: readonly Unanswered[];
}

/** Where the host's trees are said to be, right or wrong: these are to be looked at before the configuration can be loaded. */
export function readTrees(input: GivenSettings): HostTrees {
  const { values } = gatherSettings(input);
  return { procfs: values.procfs ?? '', rootfs: values.rootfs ?? '' };
}

/**
 * Flags beat environment beats default; an empty variable counts as unset. Reads the key and token files, unless they are silent, touches
 * nothing else that may hang, and finds all problems in one go. To be called by `readConfig()`, which looks for what is silent before.
 * Thread: main. Throws nothing.
 */
export function loadConfig(input: ConfigInput): ConfigResult {
  const { values, origins } = gatherSettings(input);
  const isGiven = (name: SettingName): boolean => origins[name] !== DEFAULT_ORIGIN;
  const tree = (name: 'procfs' | 'rootfs') => ({
    path: values[name] ?? '',
    name: nameOf(name, origins[name]),
    isGiven: isGiven(name),
  });
  const judged = judgeHost(input.host, {
    procfs: tree('procfs'),
    rootfs: tree('rootfs'),
    isDiskPathGiven: isGiven('diskPath'),
    isIdentifierGiven: isGiven('identifier'),
  });
  if (values.identifier === undefined) {
    values.identifier = judged.hostname ?? input.host.hostname;
    origins.identifier = judged.hostnameOrigin;
  }
  const warnings = [...unknownVariables(input.env), ...judged.warnings];
  const parsed = settingsSchema.safeParse(values);
  const problems: string[] = [];
  const unsound = new Set<SettingName>();
  if (!parsed.success) {
    for (const issue of parsed.error.issues) {
      const name = issue.path[0] as SettingName;
      unsound.add(name);
      problems.push(`${nameOf(name, origins[name])}: ${issue.message}${gotText(name, values[name])}`);
    }
  }
  problems.push(...judged.problems);

  const unanswered = [...input.silentFiles, ...judged.unanswered];
  for (const { setting } of input.silentFiles) unsound.add(setting);
  // A file whose path is no path is not looked for: it would be the same problem twice. One that is silent is not opened.
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

  const found = { warnings, unanswered, host: input.host };
  const isIncomplete = input.silentFiles.length > 0 || judged.hostname === null;
  if (
    !parsed.success ||
    typeof key === 'string' ||
    typeof token === 'string' ||
    problems.length > 0 ||
    isIncomplete
  ) {
    return { ...found, ok: false, problems };
  }
  const config: Config = Object.freeze({ ...parsed.data, apiKey: key, bridgeToken: token, origins });
  return { ...found, ok: true, config, findings: judged.findings };
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

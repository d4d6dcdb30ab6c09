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

/** The configuration in force. Frozen. */
export type Config = Readonly<z.output<typeof settingsSchema>> & {
  readonly apiKey: ApiKey | null;
  readonly bridgeToken: Secret | null;
  readonly origins: Readonly<Record<SettingName, Origin>>;
};

/** Either the configuration or all its problems; in both cases with warnings. */
export type ConfigResult = {
  readonly warnings: readonly string[];
  /**
   * Files and trees that did not answer. A tree prevents a configuration only if the identifier depends on it: else the daemon starts, and
   * uses the tree once it answers. A file always prevents one.
   */
  readonly unanswered: readonly Unanswered[];
  /** What `lookAtHost` found. */
  readonly host: HostLook;
} & (
  | {
      readonly ok: true;
      readonly config: Config;
      /** Passed checks, one line each. */
      readonly findings: readonly string[];
    }
  /** If `problems` is empty, only unanswered files or trees prevent the start, and a later start may succeed. */
  | { readonly ok: false; readonly problems: readonly string[] }
);

/** The inputs of the configuration. */
export interface ConfigInput extends GivenSettings {
  readonly host: HostLook;
  /** Files that do not answer and must not be opened. */
  readonly silentFiles: readonly Unanswered[];
}

/** The configured paths of the host's trees, not validated. They must be checked before the configuration is loaded. */
export function readTrees(input: GivenSettings): HostTrees {
  const { values } = gatherSettings(input);
  return { procfs: values.procfs ?? '', rootfs: values.rootfs ?? '' };
}

/**
 * Flags beat the environment, which beats the defaults; an empty variable counts as unset. Reads the key and token files, except silent
 * ones, and touches nothing else that may hang. Collects all problems. Called only by `readConfig()`, which finds the silent files first.
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
  // Skip a file with an invalid path, which would report the same problem twice, and a silent file, which must not be opened.
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

/** Rereads the key after the backend refused it. A string says why it cannot be read; null: none is configured. Thread: main. */
export function rereadApiKey(config: Config, env: ConfigInput['env']): ApiKey | string | null {
  return readApiKey(env, config.apiKeyFile, nameOf('apiKeyFile', config.origins.apiKeyFile));
}

/** The settings in force with their origins, one per line, secrets hidden. */
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

/** Only validates the proxy variables: the heartbeat thread reads them itself. */
function proxyProblems(env: ConfigInput['env']): string[] {
  try {
    readProxies(env);
    return [];
  } catch (error) {
    return [messageOf(error)];
  }
}

/** Without this warning, a typo in a variable's name would go unnoticed. */
function unknownVariables(env: ConfigInput['env']): string[] {
  const known = new Set<string>([API_KEY_ENV, ...SETTING_NAMES.map((name) => SETTINGS[name].env)]);
  return Object.keys(env)
    .filter((name) => name.startsWith('MONITOR_') && !known.has(name))
    .map((name) => `${name}: no such setting; it is ignored`);
}

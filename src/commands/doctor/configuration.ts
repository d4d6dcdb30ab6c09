import { statSync } from 'node:fs';
import { type Config, type ConfigResult, readTrees } from '../../config.js';
import type { HostLook } from '../../host-look.js';
import { API_KEY_ENV, SETTING_NAMES, SETTINGS, type SettingName } from '../../setting-table.js';
import type { GivenSettings } from '../../setting-values.js';
import { type Finding, ok, problem, warning } from './finding.js';

/** Of what is wrong no more is known than what stands before the first colon: a flag, a variable, or something else. */
const NAME = /^(--[a-z-]+|[A-Za-z_]+): /;
const NO_KEY = 'not-a-key';
const MOUNT_ADVICE = 'check that the server of its mount is up (findmnt, dmesg)';

/** What is wrong with the configuration, what deserves a look, and what was found to be right. */
export function checkConfiguration(result: ConfigResult): Finding[] {
  const found = [
    ...(result.ok ? [] : result.problems.map((text) => problem('configuration', text, adviceFor(text)))),
    ...result.unanswered.map(({ text }) => problem('configuration', text, MOUNT_ADVICE)),
    ...result.warnings.map((text) => warning('configuration', text, adviceFor(text))),
  ];
  return found.length > 0
    ? found
    : [ok('configuration', 'all settings are valid (harborforge-monitor config shows them)')];
}

function adviceFor(text: string): string {
  const [, command] = /\((chmod \d+ [^)]+)\)/.exec(text) ?? [];
  if (command !== undefined) return command;
  const [, name] = NAME.exec(text) ?? [];
  if (text.includes('no such setting'))
    return `see harborforge-monitor --help for how it is spelt, and unset ${name}`;
  return `mend ${name ?? 'it'}: harborforge-monitor --help tells what is allowed`;
}

/** What is in force of a configuration that has problems: all but the settings that these are about. */
export interface SoundPart {
  readonly given: GivenSettings;
  readonly host: HostLook;
  /** Whether there is a key that can be used. */
  readonly hasKey: boolean;
}

/**
 * Takes out what the problems are about and the files that gave no answer, so that everything else can still be checked. A tree that gave
 * none stays: what others tell in its place is of another machine.
 */
export function soundPart(
  { env, flags }: GivenSettings,
  { problems, unanswered, host }: Pick<ConfigResult & { ok: false }, 'problems' | 'unanswered' | 'host'>,
): SoundPart {
  const names = new Set(problems.flatMap((text) => NAME.exec(text)?.[1] ?? []));
  const silent = new Set<SettingName>(unanswered.map(({ setting }) => setting));
  const soundFlags = { ...flags };
  const soundEnv = { ...env };
  const isOut = (name: SettingName, shown: string): boolean =>
    names.has(shown) || (silent.has(name) && name !== 'procfs' && name !== 'rootfs');
  for (const name of SETTING_NAMES) {
    if (isOut(name, `--${SETTINGS[name].flag}`)) delete soundFlags[name];
    if (isOut(name, SETTINGS[name].env)) delete soundEnv[SETTINGS[name].env];
  }
  // What is about the host's trees stays wrong whatever is taken out.
  if (names.has(SETTINGS.diskPath.env)) soundEnv[SETTINGS.diskPath.env] = '/';
  if (names.has(SETTINGS.identifier.env) || silent.has('identifier'))
    soundEnv[SETTINGS.identifier.env] = 'unknown';
  const hasKey =
    !silent.has('apiKeyFile') && !problems.some((text) => /api-key|API_KEY/.test(NAME.exec(text)?.[1] ?? ''));
  if (!hasKey) {
    delete soundEnv['CREDENTIALS_DIRECTORY'];
    // Without any key the backend's URL would be refused, and with it nothing be known of the backend.
    soundEnv[API_KEY_ENV] = NO_KEY;
  }
  const given = { env: soundEnv, flags: soundFlags };
  // What was found of a tree says nothing of the one in its place.
  const [before, now] = [readTrees({ env, flags }), readTrees(given)];
  const soundHost = {
    ...host,
    procfs: now.procfs === before.procfs ? host.procfs : null,
    rootfs: now.rootfs === before.rootfs ? host.rootfs : null,
  };
  return { given, host: soundHost, hasKey };
}

/** Where the secrets are from, and who may read them. What is wrong with them is a problem of the configuration. */
export function checkSecrets(
  { apiKey, apiKeyFile, backendUrl, bridgeTokenFile }: Config,
  hasKey: boolean,
): Finding[] {
  const found: Finding[] = [];
  if (apiKey !== null && hasKey) {
    const isFile = apiKey.origin.startsWith('/');
    found.push(
      isFile
        ? ok('api-key-file', `${apiKey.origin}, ${describeMode(apiKey.origin)}`)
        : ok('api-key-file', `from ${apiKey.origin} in the environment`),
    );
    if (isFile && apiKey.origin !== apiKeyFile && apiKeyFile !== undefined)
      found.push(ok('api-key-file', `${apiKeyFile} is not used: systemd's credential comes first`));
  }
  if (bridgeTokenFile !== undefined)
    found.push(ok('token-file', `${bridgeTokenFile}, ${describeMode(bridgeTokenFile)}`));
  if (backendUrl === undefined)
    found.push(
      warning(
        'backend',
        'MONITOR_BACKEND_URL is not set: no heartbeats are sent',
        'set it if this host shall report',
      ),
    );
  return found;
}

function describeMode(path: string): string {
  try {
    const { mode, uid } = statSync(path);
    return `mode ${(mode & 0o777).toString(8).padStart(4, '0')}, owned by user ${uid}`;
  } catch {
    return 'gone by now';
  }
}

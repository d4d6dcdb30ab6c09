import { SETTING_NAMES, SETTINGS, type SettingName } from './setting-table.js';

/** Where a value came from: a flag, a variable, a file, or the default. */
export type Origin = string;

/** The origin of what nobody gave. */
export const DEFAULT_ORIGIN = 'default';

/** What was given, as text. */
export interface GivenSettings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Flags that were given, by setting. */
  readonly flags: Readonly<Partial<Record<SettingName, string>>>;
}

/**
 * The texts that are in force, none of them checked, and where each comes from: flags beat environment beats default; an empty variable
 * counts as unset.
 */
export function gatherSettings({ env, flags }: GivenSettings): {
  values: Partial<Record<SettingName, string>>;
  origins: Record<SettingName, Origin>;
} {
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
  return { values, origins };
}

/** What a setting is called where it came from: its flag, or its variable. */
export function nameOf(name: SettingName, origin: Origin): string {
  return origin.startsWith('--') ? origin : SETTINGS[name].env;
}

/** A URL may hold a password, and what takes the path of a secret is easily given the secret. */
const NEVER_SHOWN: ReadonlySet<SettingName> = new Set<SettingName>([
  'backendUrl',
  'apiKeyFile',
  'bridgeTokenFile',
]);
/** No number or word that a setting takes is longer. A key or token that was pasted into the wrong setting is. */
const MAX_SHOWN_CHARS = 12;

/** The end of a sentence about a rejected value: `, got "x"`, or that it is not shown where it may be a secret. */
export function gotText(name: SettingName, value = ''): string {
  if (NEVER_SHOWN.has(name) || value.length > MAX_SHOWN_CHARS) return ' (value not shown)';
  return `, got ${JSON.stringify(value)}`;
}

import { SETTING_NAMES, SETTINGS, type SettingName } from './setting-table.js';

/** Where a value came from: a flag, a variable, a file, or the default. */
export type Origin = string;

/** The origin of a setting that was not given. */
export const DEFAULT_ORIGIN = 'default';

/** The given settings, as text. */
export interface GivenSettings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Flags that were given, by setting. */
  readonly flags: Readonly<Partial<Record<SettingName, string>>>;
}

/**
 * The texts in force, not validated, and their origins. Flags beat the environment, which beats the defaults; an empty variable counts as
 * unset.
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

/** The name of a setting in messages: its flag if it was given as one, else its variable. */
export function nameOf(name: SettingName, origin: Origin): string {
  return origin.startsWith('--') ? origin : SETTINGS[name].env;
}

/** A URL may contain a password, and a secret is easily pasted where its path belongs. */
const NEVER_SHOWN: ReadonlySet<SettingName> = new Set<SettingName>([
  'backendUrl',
  'apiKeyFile',
  'bridgeTokenFile',
]);
/** No valid number or word is longer, but a key or token pasted into the wrong setting is. */
const MAX_SHOWN_CHARS = 12;

/** The end of a message about a rejected value: `, got "x"`, or `(value not shown)` if it may be a secret. */
export function gotText(name: SettingName, value = ''): string {
  if (NEVER_SHOWN.has(name) || value.length > MAX_SHOWN_CHARS) return ' (value not shown)';
  return `, got ${JSON.stringify(value)}`;
}

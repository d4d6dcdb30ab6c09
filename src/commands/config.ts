import { type Config, type ConfigResult, describeConfig } from '../config.js';
import { API_KEY_ENV, SETTING_NAMES, SETTINGS } from '../setting-table.js';
import { DEFAULT_ORIGIN } from '../setting-values.js';
import { settingsSchema } from '../settings.js';
import { type CommandContext, EXIT_CONFIG, EXIT_OK } from './context.js';

/** Shows what is in force and where each value comes from, or all that is wrong with it. Thread: main. */
export async function run(context: CommandContext): Promise<number> {
  const result = await context.loadConfig();
  if (context.json) context.stdout.write(`${JSON.stringify(configJson(result), null, 2)}\n`);
  else if (result.ok) {
    context.complain(result.warnings);
    context.stdout.write(`${[describeConfig(result.config), '', ...result.findings].join('\n')}\n`);
  } else {
    context.complain(result.problems);
    context.complain(['nothing was started; harborforge-monitor --help tells what is allowed']);
  }
  return result.ok ? EXIT_OK : EXIT_CONFIG;
}

/** A setting as a program reads it. What is unset is null; of a secret it is only told that there is one. */
interface SettingJson {
  readonly name: string;
  readonly flag: string | null;
  readonly value: Plain;
  readonly origin: string;
  readonly default: Plain;
}

type Plain = string | number | boolean | null;

/** The whole result as JSON; there are no settings in it where something is wrong. */
export function configJson(result: ConfigResult): object {
  const { ok, warnings } = result;
  if (!result.ok) return { ok, problems: result.problems, warnings, settings: [], findings: [] };
  return { ok, problems: [], warnings, settings: settingsJson(result.config), findings: result.findings };
}

function settingsJson(config: Config): SettingJson[] {
  const settings = SETTING_NAMES.map((name): SettingJson => {
    const { env, flag, default: fallback } = SETTINGS[name];
    return {
      name: env,
      flag: `--${flag}`,
      value: plain(config[name]),
      origin: config.origins[name],
      default: fallback === null ? null : plain(settingsSchema.shape[name].parse(fallback)),
    };
  });
  const { apiKey } = config;
  return [
    ...settings,
    {
      name: API_KEY_ENV,
      flag: null,
      value: apiKey === null ? null : String(apiKey.value),
      origin: apiKey?.origin ?? DEFAULT_ORIGIN,
      default: null,
    },
  ];
}

function plain(value: string | number | boolean | URL | undefined): Plain {
  return value instanceof URL ? value.href : (value ?? null);
}

import { type Config, type ConfigResult, describeConfig } from '../config.js';
import { API_KEY_ENV, SETTING_NAMES, SETTINGS } from '../setting-table.js';
import { DEFAULT_ORIGIN } from '../setting-values.js';
import { settingsSchema } from '../settings.js';
import { type CommandContext, exitCodeOf, refuse } from './context.js';

/**
 * Shows what is in force and where each value comes from, or all that is wrong with it. Exit code 78: a setting is wrong; 1: all are right, but
 * a file or tree gives no answer. Thread: main.
 */
export async function run(context: CommandContext): Promise<number> {
  const result = await context.loadConfig();
  const problems = result.ok ? [] : result.problems;
  const refusal = { problems, unanswered: result.unanswered };
  if (context.json) {
    context.stdout.write(`${JSON.stringify(configJson(result), null, 2)}\n`);
    return exitCodeOf(refusal);
  }
  if (result.ok) {
    context.complain(result.warnings);
    context.stdout.write(`${[describeConfig(result.config), '', ...result.findings].join('\n')}\n`);
  }
  const code = refuse(context, refusal);
  if (problems.length > 0)
    context.complain(['nothing was started; harborforge-monitor --help tells what is allowed']);
  return code;
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

/** The whole result as JSON; `ok` says whether the exit code is 0. There are no settings in it where something is wrong with them. */
export function configJson(result: ConfigResult): object {
  const { ok, warnings } = result;
  const unanswered = result.unanswered.map(({ text }) => text);
  if (!result.ok) return { ok, problems: result.problems, unanswered, warnings, settings: [], findings: [] };
  return {
    ok: unanswered.length === 0,
    problems: [],
    unanswered,
    warnings,
    settings: settingsJson(result.config),
    findings: result.findings,
  };
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

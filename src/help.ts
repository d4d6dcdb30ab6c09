import { COMMAND_NAMES, type CommandName, commandEntry } from './commands/table.js';
import { API_KEY_ENV, SETTING_NAMES, SETTINGS } from './setting-table.js';
import { wrap } from './wrap.js';

const NAME_WIDTH = 14;

/** The text of --help, at most 80 columns wide except for long setting names. `of`: the command; null: the general help. Thread: main. */
export function helpText(of: CommandName | null = null): string {
  return (of === null ? generalHelp() : commandHelp(of)).join('\n');
}

function generalHelp(): string[] {
  return [
    'Usage: harborforge-monitor [command] [flags]',
    '',
    'Samples this host, serves its telemetry on 127.0.0.1, and posts heartbeats to',
    'the HarborForge backend. Ctrl-C or SIGTERM ends it.',
    '',
    'Commands beside the daemon, which has no word:',
    ...COMMAND_NAMES.flatMap((name) => term(name, commandEntry(name).summary)),
    ...term('help', 'Show this, or what there is to say about a command.'),
    '',
    ...term('-h, --help', 'Show this.'),
    ...term('-V, --version', 'Show the version.'),
    ...term('--check-config', 'The same as config.'),
    '',
    'Settings: a flag beats the environment, which beats the default.',
    ...SETTING_NAMES.flatMap((name) => {
      const { env, flag, placeholder, default: fallback, help } = SETTINGS[name];
      const head = `  --${flag} ${placeholder}, ${env}${fallback === null ? '' : ` (${fallback})`}`;
      return ['', head, ...indented(help)];
    }),
    '',
    `  ${API_KEY_ENV}`,
    ...indented(
      "The backend's API key, and never a flag. The first that is there: the file api-key in $CREDENTIALS_DIRECTORY, MONITOR_API_KEY_FILE, this.",
    ),
  ];
}

function commandHelp(name: CommandName): string[] {
  const { summary, details, options, choices, takesSettings } = commandEntry(name);
  const words = [name, ...(choices === null ? [] : [choices.join('|')]), '[flags]'];
  return [
    `Usage: harborforge-monitor ${words.join(' ')}`,
    '',
    ...wrap(`${summary} ${details}`, 78),
    '',
    ...Object.entries(options).flatMap(([option, { placeholder, help }]) =>
      term(`--${option}${placeholder === null ? '' : ` ${placeholder}`}`, help),
    ),
    ...term('-h, --help', 'Show this.'),
    ...(takesSettings ? ['', 'The settings are those of the daemon: harborforge-monitor --help'] : []),
  ];
}

function term(name: string, text: string): string[] {
  return wrap(text, 80 - NAME_WIDTH - 4).map(
    (line, index) => `  ${(index === 0 ? name : '').padEnd(NAME_WIDTH)}  ${line}`,
  );
}

function indented(text: string): string[] {
  return wrap(text, 72).map((line) => `      ${line}`);
}

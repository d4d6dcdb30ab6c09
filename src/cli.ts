import { parseArgs } from 'node:util';
import { API_KEY_ENV, SETTING_NAMES, SETTINGS, type SettingName } from './settings.js';

/** What the command line asks for. `problems` has what is wrong with the arguments themselves. */
export type Command =
  | { readonly command: 'help' }
  | { readonly command: 'version' }
  | {
      readonly command: 'run' | 'check-config';
      readonly flags: Partial<Record<SettingName, string>>;
      readonly problems: readonly string[];
    };

const SWITCHES = {
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'V' },
  'check-config': { type: 'boolean' },
} as const;

const BY_FLAG = new Map<string, SettingName>(SETTING_NAMES.map((name) => [SETTINGS[name].flag, name]));

/** Reads the arguments behind `node main.js`, and finds all problems in one go. Throws nothing. */
export function parseCommand(argv: readonly string[]): Command {
  const options = {
    ...SWITCHES,
    ...Object.fromEntries([...BY_FLAG.keys()].map((flag) => [flag, { type: 'string' as const }])),
  };
  // Not strict: that would stop at the first problem.
  const { tokens } = parseArgs({
    args: [...argv],
    options,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const flags: Partial<Record<SettingName, string>> = {};
  const switches = new Set<string>();
  const problems: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional')
      // Not repeated: it may be a key that was meant for something else.
      problems.push(`argument ${token.index + 1}: expected a flag`);
    if (token.kind !== 'option') continue;
    const setting = BY_FLAG.get(token.name);
    if (setting !== undefined) {
      // `--identifier --check-config`: the value was forgotten. One that begins with a dash is given as `--flag=-…`.
      if (token.value === undefined || (!token.inlineValue && token.value.startsWith('-')))
        problems.push(`--${token.name}: expected a value behind it`);
      else flags[setting] = token.value;
    } else if (!Object.hasOwn(SWITCHES, token.name)) {
      problems.push(`${token.rawName}: no such flag`);
    } else if (token.value !== undefined) {
      problems.push(`--${token.name}: takes no value, got ${JSON.stringify(token.value)}`);
    } else {
      switches.add(token.name);
    }
  }
  if (switches.has('help')) return { command: 'help' };
  if (switches.has('version')) return { command: 'version' };
  return { command: switches.has('check-config') ? 'check-config' : 'run', flags, problems };
}

/** The text of --help, at most 80 columns where the settings' own words allow. */
export function helpText(): string {
  const lines = [
    'Usage: harborforge-monitor [flags]',
    '',
    'Samples this host, serves its telemetry on 127.0.0.1, and posts heartbeats to',
    'the HarborForge backend. Ctrl-C or SIGTERM ends it.',
    '',
    '  -h, --help          Show this.',
    '  -V, --version       Show the version.',
    '      --check-config  Show what is in force and where it comes from, and end;',
    '                      78 is the exit code when something is wrong.',
    '',
    'Settings: a flag beats the environment, which beats the default.',
  ];
  for (const name of SETTING_NAMES) {
    const { env, flag, placeholder, default: fallback, help } = SETTINGS[name];
    lines.push('', `  --${flag} ${placeholder}, ${env}${fallback === null ? '' : ` (${fallback})`}`);
    lines.push(...wrap(help, 72).map((line) => `      ${line}`));
  }
  lines.push('', `  ${API_KEY_ENV}`);
  lines.push(
    ...wrap(
      "The backend's API key, and never a flag. The first that is there: the file api-key in $CREDENTIALS_DIRECTORY, MONITOR_API_KEY_FILE, this.",
      72,
    ).map((line) => `      ${line}`),
  );
  return lines.join('\n');
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}

import { type ParseArgsConfig, parseArgs } from 'node:util';
import { COMMAND_NAMES, type CommandEntry, type CommandName, commandEntry } from './commands/table.js';
import { SETTING_NAMES, SETTINGS, type SettingName } from './setting-table.js';

/** A run of the daemon (no command word) or of a command. `problems` lists invalid arguments. */
export interface Invocation {
  readonly command: 'run' | CommandName;
  readonly flags: Partial<Record<SettingName, string>>;
  /** The command's own options: true for a switch, else its value. */
  readonly options: Readonly<Record<string, string | true>>;
  /** The words after the command. */
  readonly positionals: readonly string[];
  readonly problems: readonly string[];
}

/** What the command line asks for. */
export type Command =
  | Invocation
  /** `of` null: the general help. */
  | { readonly command: 'help'; readonly of: CommandName | null }
  | { readonly command: 'version' };

const SWITCHES = {
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'V' },
  'check-config': { type: 'boolean' },
} as const;

const BY_FLAG = new Map<string, SettingName>(SETTING_NAMES.map((name) => [SETTINGS[name].flag, name]));

/** Parses the arguments after `node main.js` and collects all problems. Throws nothing. */
export function parseCommand(argv: readonly string[]): Command {
  // Strict mode would stop at the first problem.
  const { tokens } = parseArgs({
    args: [...argv],
    options: knownOptions(),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const words = tokens.flatMap((token) => (token.kind === 'positional' ? [token] : []));
  const isGiven = (name: string): boolean =>
    tokens.some((token) => token.kind === 'option' && token.name === name && token.value === undefined);
  const named = commandOf(words[0]?.value);
  if (isGiven('help') || words[0]?.value === 'help')
    return { command: 'help', of: named ?? commandOf(words[1]?.value) };
  if (isGiven('version')) return { command: 'version' };

  const command = named ?? (isGiven('check-config') ? 'config' : 'run');
  const entry = command === 'run' ? null : commandEntry(command);
  const flags: Partial<Record<SettingName, string>> = {};
  const options: Record<string, string | true> = {};
  const problems: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional' && token !== words[0])
      problems.push(...wordProblems(token, words.indexOf(token) === 1 ? entry : null));
    // The message does not quote the argument: it may be a misplaced API key.
    if (token === words[0] && named === null)
      problems.push(`argument ${token.index + 1}: expected a flag or a command: ${COMMAND_NAMES.join(', ')}`);
    if (token.kind !== 'option') continue;
    const setting = entry?.takesSettings === false ? undefined : BY_FLAG.get(token.name);
    const own = entry !== null && Object.hasOwn(entry.options, token.name) ? entry.options[token.name] : null;
    if (setting === undefined && !own && !Object.hasOwn(SWITCHES, token.name)) {
      problems.push(`${token.rawName}: no such flag`);
    } else if (setting === undefined && !own?.placeholder) {
      if (token.value !== undefined) problems.push(`--${token.name}: takes no value`);
      else if (own) options[token.name] = true;
    } else if (token.value === undefined || (!token.inlineValue && token.value.startsWith('-'))) {
      // `--identifier --check-config`: the value is missing. A value that starts with a dash must be given as `--flag=-…`.
      problems.push(`--${token.name}: expected a value behind it`);
    } else if (setting !== undefined) {
      flags[setting] = token.value;
    } else {
      options[token.name] = token.value;
    }
  }
  const positionals = words.slice(1).map(({ value }) => value);
  if (entry?.choices && positionals.length === 0)
    problems.push(`${command}: expected ${entry.choices.join(' or ')} behind it`);
  return { command, flags, options, positionals, problems };
}

function commandOf(word: string | undefined): CommandName | null {
  return COMMAND_NAMES.find((name) => name === word) ?? null;
}

/** The problems of a word after the command. `entry`: the command, if this word may be its argument; else null. */
function wordProblems(
  { index, value }: { index: number; value: string },
  entry: CommandEntry | null,
): string[] {
  const { choices = null } = entry ?? {};
  if (choices?.includes(value)) return [];
  return [`argument ${index + 1}: expected ${choices === null ? 'a flag' : choices.join(' or ')}`];
}

/** All known options, so that `parseArgs` knows which of them take a value. */
function knownOptions(): NonNullable<ParseArgsConfig['options']> {
  const ofCommands = COMMAND_NAMES.flatMap((name) => Object.entries(commandEntry(name).options));
  return {
    ...SWITCHES,
    ...Object.fromEntries([...BY_FLAG.keys()].map((flag) => [flag, { type: 'string' as const }])),
    ...Object.fromEntries(
      ofCommands.map(([name, { placeholder }]) => [
        name,
        { type: placeholder === null ? 'boolean' : 'string' },
      ]),
    ),
  };
}

import { SETTING_NAMES, SETTINGS, type SettingEntry } from '../setting-table.js';
import { COMMAND_NAMES, type CommandName, commandEntry } from './table.js';

/**
 * The completion script of zsh, made from the tables of commands and settings: for a folder of its `fpath`, under the name
 * `_harborforge-monitor`, or to be sourced after compinit.
 */
export function zshScript(): string {
  const settings = SETTING_NAMES.map((name) => {
    const { flag, placeholder, help, completes }: SettingEntry = SETTINGS[name];
    return quoted(`--${flag}=[${explained(help)}]:${placeholder.toLowerCase()}:${valueAction(completes)}`);
  });
  const commands = COMMAND_NAMES.map((name) => quoted(`${name}:${commandEntry(name).summary}`));
  return `#compdef harborforge-monitor

_harborforge_monitor() {
  local curcontext="$curcontext" state line ret=1
  local -a settings commands
  typeset -A opt_args
  settings=(
    ${settings.join('\n    ')}
  )
  commands=(
    ${commands.join('\n    ')}
    'help:Show help, or what there is to say about a command.'
  )
  _arguments -C \\
    $settings \\
    '(- *)'{-h,--help}'[Show help.]' \\
    '(- *)'{-V,--version}'[Show the version.]' \\
    '--check-config[The same as config.]' \\
    '1: :->command' \\
    '*:: :->rest' && ret=0
  case $state in
    command) _describe -t commands command commands && ret=0 ;;
    rest)
      case $words[1] in
${COMMAND_NAMES.map((name) => `        ${name}) _arguments ${argumentsOf(name)} && ret=0 ;;`).join('\n')}
        help) _arguments '1: :(${COMMAND_NAMES.join(' ')})' && ret=0 ;;
      esac ;;
  esac
  return ret
}

if [[ $funcstack[1] == _harborforge-monitor ]]; then
  _harborforge_monitor "$@"
else
  compdef _harborforge_monitor harborforge-monitor
fi
`;
}

function argumentsOf(name: CommandName): string {
  const { options, choices, takesSettings } = commandEntry(name);
  const own = Object.entries(options).map(([option, { placeholder, help }]) =>
    quoted(
      placeholder === null
        ? `--${option}[${explained(help)}]`
        : `--${option}=[${explained(help)}]:${placeholder.toLowerCase()}: `,
    ),
  );
  return [
    ...own,
    ...(takesSettings ? ['$settings'] : []),
    quoted('(-h --help)--help[Show help.]'),
    ...(choices === null ? [] : [quoted(`1: :(${choices.join(' ')})`)]),
  ].join(' ');
}

function valueAction(completes: SettingEntry['completes']): string {
  if (completes === null) return ' ';
  if (completes === 'file') return '_files';
  return completes === 'folder' ? '_files -/' : `(${completes.join(' ')})`;
}

/** A text between the brackets of a specification. */
function explained(text: string): string {
  return text.replace(/[\\[\]:]/g, '\\$&');
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

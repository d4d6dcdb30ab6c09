import { SETTING_NAMES, SETTINGS, type SettingEntry } from '../setting-table.js';
import { COMMAND_NAMES, type CommandName, commandEntry } from './table.js';

/**
 * The completion script of bash, made from the tables of commands and settings. It needs nothing but bash itself. bash splits
 * `--port=7311` into three words, and `COMP_WORDS` has them so.
 */
export function bashScript(): string {
  const entries: SettingEntry[] = SETTING_NAMES.map((name) => SETTINGS[name]);
  // Flags of which the same is offered share a line.
  const flagsByAction = new Map<string, string[]>();
  for (const { flag, completes } of entries) {
    if (completes === null) continue;
    const action = valueAction(completes);
    flagsByAction.set(action, [...(flagsByAction.get(action) ?? []), `--${flag}`]);
  }
  const values = [...flagsByAction].map(([action, flags]) => `      ${flags.join(' | ')}) ${action} ;;`);
  const choices = COMMAND_NAMES.flatMap((name) => {
    const words = commandEntry(name).choices;
    return words === null ? [] : [`      ${name}) offered='${words.join(' ')}' ;;`];
  });
  return `# bash completion of harborforge-monitor
_harborforge_monitor() {
  local settings='${entries.map(({ flag }) => `--${flag}`).join(' ')}'
  local valued=" $settings ${ownValued().join(' ')} "
  local current=\${COMP_WORDS[COMP_CWORD]} flag=\${COMP_WORDS[COMP_CWORD-1]} command='' offered='' words=0 i
  if [[ $current == '=' ]]; then
    current=''
  elif [[ $flag == '=' ]]; then
    flag=\${COMP_WORDS[COMP_CWORD-2]}
  fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    if [[ $valued == *" \${COMP_WORDS[i]} "* ]]; then
      [[ \${COMP_WORDS[i+1]} != '=' ]] || ((i++))
      ((i++))
    elif [[ \${COMP_WORDS[i]} != [-=]* ]]; then
      ((words++))
      [[ -n $command ]] || command=\${COMP_WORDS[i]}
    fi
  done
  COMPREPLY=()
  if [[ $valued == *" $flag "* ]]; then
    case $flag in
${values.join('\n')}
    esac
  elif [[ $current == -* ]]; then
    case $command in
      '') offered="$settings --help --version --check-config" ;;
${COMMAND_NAMES.map((name) => `      ${name}) offered="${flagsOf(name).join(' ')}" ;;`).join('\n')}
    esac
  elif ((words == 0)); then
    offered='${[...COMMAND_NAMES, 'help'].join(' ')}'
  elif ((words == 1)); then
    case $command in
      help) offered='${COMMAND_NAMES.join(' ')}' ;;
${choices.join('\n')}
    esac
  fi
  COMPREPLY=($(compgen -W "$offered" -- "$current"))
}
complete -F _harborforge_monitor harborforge-monitor
`;
}

/** What is done where a value is due. Names of files are read by the line, since they may have blanks in them. */
function valueAction(completes: NonNullable<SettingEntry['completes']>): string {
  if (completes !== 'file' && completes !== 'folder') return `offered='${completes.join(' ')}'`;
  const kind = completes === 'file' ? '-f' : '-d';
  return `compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen ${kind} -- "$current"); return`;
}

/** The flags, beside the settings', behind which a value stands. */
function ownValued(): string[] {
  const options = COMMAND_NAMES.flatMap((name) => Object.entries(commandEntry(name).options));
  return options.flatMap(([option, { placeholder }]) => (placeholder === null ? [] : [`--${option}`]));
}

function flagsOf(name: CommandName): string[] {
  const { options, takesSettings } = commandEntry(name);
  const own = Object.keys(options).map((option) => `--${option}`);
  return [...own, ...(takesSettings ? ['$settings'] : []), '--help'];
}

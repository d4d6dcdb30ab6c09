import type { CommandModule } from './context.js';

/** An option of a command's own, beside the settings' flags. */
export interface CommandOption {
  /** What stands for its value; null: it takes none. */
  readonly placeholder: string | null;
  readonly help: string;
}

/** A command as a person sees it, and where its code is. */
export interface CommandEntry {
  /** One line, for --help. */
  readonly summary: string;
  /** The rest of what there is to say, for `<command> --help` and the manual page. */
  readonly details: string;
  readonly options: Readonly<Record<string, CommandOption>>;
  /** The word that has to follow it; null: none. */
  readonly choices: readonly string[] | null;
  /** Whether the settings' flags mean anything to it. */
  readonly takesSettings: boolean;
  readonly load: () => Promise<CommandModule>;
}

const JSON_OPTION = { json: { placeholder: null, help: 'Print JSON.' } } as const;

/**
 * The one table of commands beside the daemon. --help, the manual page and the completion of shells derive from it. Each command's code is
 * a file of its own in the bundle and is loaded when it is asked for: the daemon loads none of it.
 */
export const COMMANDS = {
  once: {
    summary: 'Take one snapshot of this host and print it.',
    details:
      'Samples by itself, without a daemon, for one CPU window. On a terminal it prints a table, else the JSON of GET /telemetry. Exit code 1: there was no valid sample, or a file that a setting names does not answer.',
    options: JSON_OPTION,
    choices: null,
    takesSettings: true,
    load: () => import('./once.js'),
  },
  top: {
    summary: 'Watch this host live in the terminal.',
    details: 'Shows bars and sparklines of all values. q quits.',
    options: { json: { placeholder: null, help: 'Print a line of JSON a second, wherever it goes.' } },
    choices: null,
    takesSettings: true,
    load: () => import('./top.js'),
  },
  health: {
    summary: 'Ask the running daemon whether it is well.',
    details:
      'For health checks. Exit code 0: ok or degraded, with what is wrong; 1: unhealthy, or no daemon answers, or the token file does not. It looks for the daemon where MONITOR_BRIDGE_SOCKET, or else MONITOR_PORT, say, and brings the token of MONITOR_BRIDGE_TOKEN_FILE.',
    options: {
      ...JSON_OPTION,
      strict: { placeholder: null, help: 'Exit with 1 when it is degraded, too.' },
    },
    choices: null,
    takesSettings: true,
    load: () => import('./health.js'),
  },
  history: {
    summary: 'Show the last minutes of this host, as the running daemon recorded them.',
    details:
      'Of each value the newest, the mean and the highest, and its course; of every point of time with --csv or --json. No peak is lost, however few points there are. It looks for the daemon as health does. Exit code 1: no daemon answers, or it keeps no history (MONITOR_HISTORY_SEC=0); 78: something is wrong with what it was given.',
    options: {
      since: {
        placeholder: 'TIME',
        help: 'How far back: 90s, 5m, 1h or seconds (default 5m), no further than MONITOR_HISTORY_SEC.',
      },
      points: { placeholder: 'N', help: 'In how many points at most, 1 to 5000 (default 600).' },
      csv: { placeholder: null, help: 'Print CSV: the mean and the highest value of each point.' },
      ...JSON_OPTION,
    },
    choices: null,
    takesSettings: true,
    load: () => import('./history.js'),
  },
  doctor: {
    summary: 'Check that the numbers are right, and what stands in the way.',
    details: 'Each line says ok, warning or problem, and what to do. Exit code 1: there is a problem.',
    options: JSON_OPTION,
    choices: null,
    takesSettings: true,
    load: () => import('./doctor.js'),
  },
  config: {
    summary: 'Show what is in force and where each value comes from.',
    details:
      'Secrets are hidden. Exit code 78: something is wrong; all of it is named. 1: a file or tree does not answer, as on a dead mount, so that a retry may succeed.',
    options: JSON_OPTION,
    choices: null,
    takesSettings: true,
    load: () => import('./config.js'),
  },
  completion: {
    summary: 'Print the completion script of a shell.',
    details: 'In bash: source <(harborforge-monitor completion bash). In zsh the same, behind compinit.',
    options: {},
    choices: ['bash', 'zsh'],
    takesSettings: false,
    load: () => import('./completion.js'),
  },
} as const satisfies Readonly<Record<string, CommandEntry>>;

export type CommandName = keyof typeof COMMANDS;
export const COMMAND_NAMES = Object.keys(COMMANDS) as CommandName[];

/** The entry of a command, as all of them are. */
export function commandEntry(name: CommandName): CommandEntry {
  return COMMANDS[name];
}

import type { ConfigResult } from '../config.js';
import type { GivenSettings } from '../setting-values.js';
import type { Clock } from '../shared/clock.js';
import type { Unanswered } from '../silent-files.js';

/** Where a command writes to. On a terminal it has a size, which may change ('resize'). Thread: main. */
export interface CommandOutput {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  write(text: string): unknown;
  on(event: 'resize', listener: () => void): unknown;
  off(event: 'resize', listener: () => void): unknown;
}

/** Where a command reads keys from. `setRawMode` is there on a terminal only. */
export interface CommandInput {
  readonly isTTY?: boolean;
  setRawMode?(isRaw: boolean): unknown;
  on(event: 'data', listener: (bytes: Uint8Array) => void): unknown;
  off(event: 'data', listener: (bytes: Uint8Array) => void): unknown;
  resume(): unknown;
  pause(): unknown;
}

/** What a command is run with; all that comes from outside is in here. Thread: main. */
export interface CommandContext {
  /** The settings that were given as flags, as text. */
  readonly flags: GivenSettings['flags'];
  /** The command's own options of the table in `table.ts`: true, or the text behind it. */
  readonly options: Readonly<Record<string, string | true>>;
  /** The words behind the command. */
  readonly positionals: readonly string[];
  /** Whether `--json` was given. */
  readonly json: boolean;
  /** The whole environment, the API key with it. The process's own has it no more. */
  readonly env: GivenSettings['env'];
  readonly stdin: CommandInput;
  readonly stdout: CommandOutput;
  readonly stderr: CommandOutput;
  readonly clock: Clock;
  readonly version: string;
  /**
   * Aborted by SIGINT, SIGTERM and SIGHUP. The command then has a second to end in. 0 counts as its exit code; for any other the process
   * ends with 128 and the number of the signal.
   */
  readonly signal: AbortSignal;
  /**
   * What is in force, or all that is wrong with it and the arguments. Loads the settings' rules, which takes some time.
   * @throws the reason of `signal`, if that is aborted meanwhile
   */
  loadConfig(): Promise<ConfigResult>;
  /** Writes problems to stderr, each on a line of its own behind the program's name. */
  complain(problems: readonly string[]): void;
  /** A thread was left behind that hangs in the kernel: the process is to end without waiting for it. */
  leaveThreadBehind(): void;
}

/** What a command's module has. Resolves with the exit code; what it throws is shown, and the code is 1. */
export interface CommandModule {
  run(context: CommandContext): Promise<number>;
}

/** Exit codes that commands share. */
export const EXIT_OK = 0;
export const EXIT_FAILED = 1;
/** EX_CONFIG of sysexits.h: systemd's RestartPreventExitStatus can tell it from a crash. */
export const EXIT_CONFIG = 78;

/** Why a command cannot run. */
export interface Refusal {
  readonly problems: readonly string[];
  readonly unanswered: readonly Unanswered[];
}

/** 78 if a setting is wrong; 1 if something only gave no answer, so that a retry may succeed; else 0. */
export function exitCodeOf({ problems, unanswered }: Refusal): number {
  if (problems.length > 0) return EXIT_CONFIG;
  return unanswered.length > 0 ? EXIT_FAILED : EXIT_OK;
}

/** Prints all of it to stderr, and returns the exit code. */
export function refuse({ complain }: Pick<CommandContext, 'complain'>, refusal: Refusal): number {
  complain([...refusal.problems, ...refusal.unanswered.map(({ text }) => text)]);
  return exitCodeOf(refusal);
}

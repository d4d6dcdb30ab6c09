import { constants } from 'node:os';
import type { Invocation } from '../cli.js';
import type { ConfigResult } from '../config.js';
import { exitWithHungThread } from '../exit.js';
import type { GivenSettings } from '../setting-values.js';
import { createClock } from '../shared/clock.js';
import { messageOf } from '../shared/errors.js';
import { describeBroken, StandardOutput } from '../standard-output.js';
import { readVersion } from '../version.js';
import { type CommandContext, EXIT_CONFIG, EXIT_FAILED, EXIT_OK, refuse } from './context.js';
import { type CommandName, commandEntry } from './table.js';

/** How long a command may take to exit after a signal. */
const END_MS = 1_000;
/** How long an abandoned thread may take to stop. */
const REST_MS = 300;
/** A shell adds this to the number of the signal that ended a process. */
const EXIT_SIGNALLED = 128;

/** Runs a command of the table and ends the process with its exit code. Thread: main. */
export async function startCommand(
  invocation: Invocation & { readonly command: CommandName },
  env: GivenSettings['env'],
  complain: (problems: readonly string[]) => void,
): Promise<void> {
  const aborting = new AbortController();
  const aborted = new Promise<void>((resolve) => aborting.signal.addEventListener('abort', () => resolve()));
  let isThreadLeft = false;
  let isEnding = false;
  const exit = (code: number): void => {
    // The first exit code wins.
    if (isEnding) return;
    isEnding = true;
    if (isThreadLeft) void exitWithHungThread(code, performance.now() + REST_MS);
    else process.exit(code);
  };
  /** The exit code after a signal; a second signal changes nothing. */
  let abortedCode = EXIT_FAILED;
  const abort = (name: 'SIGINT' | 'SIGTERM' | 'SIGHUP'): void => {
    if (aborting.signal.aborted) return;
    abortedCode = EXIT_SIGNALLED + constants.signals[name];
    // The command may still be waiting for a hung thread.
    setTimeout(() => void exitWithHungThread(abortedCode, performance.now() + REST_MS), END_MS);
    aborting.abort();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, abort);
  /** What the exit code is when whoever reads has read enough, as in `top --json | head -1`: once the command is done, its own. */
  let code = EXIT_FAILED;
  // Each takes time to make (7 ms of CPU time for stdin), and few commands read or complain.
  const opened: { stderr?: StandardOutput } = {};
  const openStderr = (): StandardOutput => {
    // That it is broken, there is nobody to tell.
    opened.stderr ??= new StandardOutput(process.stderr, () => {});
    return opened.stderr;
  };
  const tell = (messages: readonly string[]): void => {
    openStderr();
    complain(messages);
  };
  const stdout = new StandardOutput(process.stdout, (error) => {
    const message = describeBroken(error);
    if (message !== null) tell([message]);
    exit(message === null ? code : EXIT_FAILED);
  });
  const { command, flags, options, positionals, problems } = invocation;
  const context: CommandContext = {
    flags,
    options,
    positionals,
    json: options['json'] === true,
    env,
    get stdin() {
      return process.stdin;
    },
    stdout,
    get stderr() {
      return openStderr();
    },
    clock: createClock(),
    version: readVersion(),
    signal: aborting.signal,
    loadConfig: () => loadAll({ env, flags }, problems, aborting.signal),
    complain: tell,
    leaveThreadBehind: () => {
      isThreadLeft = true;
    },
  };
  code = await run(command, context, problems);
  if (aborting.signal.aborted) {
    if (code !== EXIT_OK) code = abortedCode;
  } else {
    const taken = Promise.all([stdout.settle(), opened.stderr?.settle()]).then(() => code);
    // Whoever reads may take their time, or not read at all.
    code = await Promise.race([taken, aborted.then(() => abortedCode)]);
  }
  exit(code);
}

async function run(name: CommandName, context: CommandContext, problems: readonly string[]): Promise<number> {
  try {
    // `config` shows what is wrong in its own way.
    if (problems.length > 0 && name !== 'config') {
      const result = await context.loadConfig();
      refuse(context, { ...result, problems: result.ok ? problems : result.problems });
      context.complain([`harborforge-monitor ${name} --help tells what is allowed`]);
      return EXIT_CONFIG;
    }
    return await (await commandEntry(name).load()).run(context);
  } catch (error) {
    // Errors after the signal are a consequence of it.
    if (!context.signal.aborted) context.complain([`${name}: ${messageOf(error)}`]);
    return EXIT_FAILED;
  }
}

async function loadAll(
  given: GivenSettings,
  argumentProblems: readonly string[],
  signal: AbortSignal,
): Promise<ConfigResult> {
  const { readConfig } = await import('../read-config.js');
  const result = await readConfig(given, signal);
  if (argumentProblems.length === 0) return result;
  const problems = [...argumentProblems, ...(result.ok ? [] : result.problems)];
  return { ...result, ok: false, problems };
}

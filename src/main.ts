#!/usr/bin/env -S MALLOC_MMAP_THRESHOLD_=32768 node --max-semi-space-size=1 --single-threaded-gc --no-node-snapshot
/**
 * harborforge-monitor: the entry point. Every installation runs the daemon with the options in the line above. Memory that threads allocate
 * while they load their code must go back to the kernel: allocations from 32 KiB on get mappings of their own, which no later and smaller
 * allocation can pin. Heaps of a few MB need neither a large young generation nor threads to collect them. Node's startup snapshot saves
 * 0.1 s of CPU time once, but costs 5 to 13 MB permanently: each of the four threads gets a heap prepared for all that Node can do. The
 * line must fit into 127 bytes: older kernels read no more.
 *
 * A map of the modules:
 *
 *   main.ts            arguments → configuration → daemon → exit; the only place that exits
 *   cli.ts             the command line; help.ts the text of --help
 *   commands/          the commands besides the daemon, listed in table.ts; the daemon loads none of them
 *   standard-output.ts the output of commands, with every loss reported
 *   settings.ts        the rules of the settings in setting-table.ts; config.ts the configuration in force
 *   read-config.ts     reads the configuration; first checks whether files and trees answer (silent-files.ts, host-look.ts)
 *   host-rules.ts      which findings about the host's trees are refused
 *   daemon.ts          composition root: starts and stops all parts
 *   sampling/          the pool of lanes and the watchdog
 *   heartbeat/         the heartbeat thread's life cycle
 *   bridge/            HTTP on loopback: routes, guard, transport
 *   dump/              writes the contents of the flight recorder to a file
 *   health.ts          the answer of /health; conditions.ts the current problems
 *   shared/            what all threads share: fields, layout, frames, messages
 *   ../workers/        the code that runs inside the threads
 */
import type { Config } from './config.js';
import type { Daemon } from './daemon.js';
import { exitWithHungThread } from './exit.js';
import type { SamplerThreads } from './sampling/pool.js';
import { API_KEY_ENV } from './setting-table.js';

// Static imports are loaded before anything runs; types cost nothing. Everything else is loaded below, after the threads were started.

// Removed before any thread or process starts: the environment appears in Node's diagnostic reports and in all child processes.
const environment: Environment = { ...process.env };
delete process.env[API_KEY_ENV];

const EXIT_FAILED = 1;
/** EX_CONFIG of sysexits.h: systemd's RestartPreventExitStatus can tell it from a crash. */
const EXIT_CONFIG = 78;
/** Shutdown timeout: after this, the process exits without waiting for parts that hang. The exit takes time, too, and 3 s are allowed. */
const STOP_DEADLINE_MS = 2_200;
/** Timeout, from the same moment, for running threads to come to rest. */
const REST_DEADLINE_MS = 2_400;
/** Timeout for writing the rest of the log to a slow reader. */
const LOG_END_MS = 300;

type Environment = Readonly<Record<string, string | undefined>>;

const NAME = 'harborforge-monitor';
const ONE_SHOT = new Set(['-h', '--help', '-V', '--version', '--check-config']);

function complain(problems: readonly string[]): void {
  for (const problem of problems) process.stderr.write(`${NAME}: ${problem}\n`);
}

async function exit(code: number, threadsEnded: boolean, restUntilMs = 0): Promise<never> {
  return threadsEnded ? process.exit(code) : exitWithHungThread(code, restUntilMs);
}

/** Handles SIGUSR2. Before the daemon runs there is nothing to dump, which is reported once. */
let dump = (): void => {
  dump = () => {};
  complain(['no dump is written: the daemon has not started yet']);
};
/** Ends the process. Before the daemon starts there is nothing to stop. */
let end = (code: number): void => process.exit(code);
// By default Node would open its debugger on a local port, where any local process could run code in here and read the key.
process.on('SIGUSR1', () => {});
process.on('SIGUSR2', () => dump());
process.on('SIGTERM', () => end(0));
process.on('SIGINT', () => end(0));

async function run(
  config: Config,
  env: Environment,
  warnings: readonly string[],
  threads: SamplerThreads | null,
): Promise<void> {
  const [{ createLogger }, { LogOutput }, { startDaemon }, { messageOf }, { readVersion }] =
    await Promise.all([
      import('./log.js'),
      import('./log-output.js'),
      import('./daemon.js'),
      import('./shared/errors.js'),
      import('./version.js'),
    ]);
  const output = new LogOutput();
  const log = createLogger(config.logLevel, config.logFormat, env, output);
  for (const warning of warnings) log.warn(warning);

  let daemon: Daemon | null = null;
  let ending = false;
  end = (code) => {
    if (ending) return;
    ending = true;
    const restUntilMs = performance.now() + REST_DEADLINE_MS;
    setTimeout(() => void exit(code, false, restUntilMs), STOP_DEADLINE_MS).unref();
    void (daemon?.stop() ?? Promise.resolve(false)).then(async (threadsEnded) => {
      log.info({ code }, 'stopped');
      await output.settle(LOG_END_MS);
      return exit(code, threadsEnded, restUntilMs);
    });
  };
  const fail = (error: unknown): void => {
    log.fatal({ err: error }, messageOf(error));
    end(EXIT_FAILED);
  };
  process.on('uncaughtException', fail);

  try {
    daemon = await startDaemon({
      config,
      log,
      version: readVersion(),
      env,
      onFatal: fail,
      ...(threads !== null && { threads }),
    });
    dump = () => daemon?.dump();
  } catch (error) {
    complain([messageOf(error)]);
    await output.settle(LOG_END_MS);
    await exit(EXIT_FAILED, true);
  }
}

/** Exits with 78 if there is a problem, or with 1 if something merely did not answer: a later start may succeed. */
function refuse(problems: readonly string[], unanswered: readonly { readonly text: string }[]): never {
  complain([...problems, ...unanswered.map(({ text }) => text)]);
  if (problems.length === 0) {
    complain(['nothing was started; a later start may succeed']);
    process.exit(EXIT_FAILED);
  }
  complain([`nothing was started; ${NAME} --help tells what is allowed`]);
  process.exit(EXIT_CONFIG);
}

async function print(text: string): Promise<void> {
  const { describeBroken, StandardOutput } = await import('./standard-output.js');
  const stdout = new StandardOutput(process.stdout, (error) => {
    const message = describeBroken(error);
    if (message !== null) complain([message]);
    process.exitCode = EXIT_FAILED;
  });
  stdout.write(text);
}

async function main(): Promise<void> {
  const argv = process.argv.slice(2);
  // The threads take as long to start as the rest takes to load, so the daemon starts them first. Commands do not need them.
  const isDaemon = (argv[0] ?? '-').startsWith('-') && !argv.some((argument) => ONE_SHOT.has(argument));
  const threads = isDaemon ? (await import('./sampling/pool.js')).bootThreads() : null;
  const { parseCommand } = await import('./cli.js');
  const command = parseCommand(argv);
  if (command.command === 'help') return print(`${(await import('./help.js')).helpText(command.of)}\n`);
  if (command.command === 'version') return print(`${(await import('./version.js')).readVersion()}\n`);

  if (command.command !== 'run') {
    const { startCommand } = await import('./commands/start.js');
    // A command handles its own exit, and records nothing.
    end = () => {};
    dump = () => {};
    return startCommand({ ...command, command: command.command }, environment, complain);
  }
  const { readConfig } = await import('./read-config.js');
  const result = await readConfig({ env: environment, flags: command.flags });
  const { unanswered } = result;
  const problems = [...command.problems, ...(result.ok ? [] : result.problems)];
  if (!result.ok || problems.length > 0) return refuse(problems, unanswered);
  const warnings = [...result.warnings, ...unanswered.map(({ text }) => text)];
  return run(result.config, environment, warnings, threads);
}

void main();

#!/usr/bin/env node
/**
 * harborforge-monitor: the entry. A map of the modules:
 *
 *   main.ts            arguments → configuration → daemon → exit; the only place that exits
 *   cli.ts             the command line and --help
 *   settings.ts        the table of settings, config.ts what is in force
 *   daemon.ts          composition root: starts and stops all parts
 *   sampling/          the pool of lanes and the watchdog
 *   heartbeat/         the heartbeat thread's life
 *   bridge/            HTTP on loopback: routes, guard, transport
 *   health.ts          what /health says; conditions.ts what is wrong now
 *   shared/            what all threads know: fields, layout, frames, messages
 *   ../workers/        what runs inside the threads
 */
import { hostname } from 'node:os';
import { helpText, parseCommand } from './cli.js';
import { type Config, describeConfig, loadConfig } from './config.js';
import { type Daemon, startDaemon } from './daemon.js';
import { createLogger } from './log.js';
import { messageOf } from './shared/errors.js';
import { readVersion } from './version.js';

const EXIT_FAILED = 1;
/** EX_CONFIG of sysexits.h: systemd's RestartPreventExitStatus can tell it from a crash. */
const EXIT_CONFIG = 78;
/** Whatever hangs, the process has ended this long after it was told to. */
const STOP_DEADLINE_MS = 2_900;

const NAME = 'harborforge-monitor';

function complain(problems: readonly string[]): void {
  for (const problem of problems) process.stderr.write(`${NAME}: ${problem}\n`);
}

async function exit(code: number, threadsEnded: boolean): Promise<never> {
  if (threadsEnded) process.exit(code);
  const { exitWithHungThread } = await import('./exit.js');
  return exitWithHungThread(code);
}

async function run(config: Config, warnings: readonly string[]): Promise<void> {
  const log = createLogger(config.logLevel);
  for (const warning of warnings) log.warn(warning);

  let daemon: Daemon | null = null;
  let ending = false;
  const end = (code: number): void => {
    if (ending) return;
    ending = true;
    setTimeout(() => void exit(code, false), STOP_DEADLINE_MS).unref();
    void (daemon?.stop() ?? Promise.resolve(false)).then((threadsEnded) => {
      log.info({ code }, 'stopped');
      return exit(code, threadsEnded);
    });
  };
  const fail = (error: unknown): void => {
    log.fatal({ err: error }, messageOf(error));
    end(EXIT_FAILED);
  };
  process.on('uncaughtException', fail);
  process.on('SIGTERM', () => end(0));
  process.on('SIGINT', () => end(0));

  try {
    daemon = await startDaemon({ config, log, version: readVersion(), env: process.env, onFatal: fail });
  } catch (error) {
    complain([messageOf(error)]);
    await exit(EXIT_FAILED, true);
  }
}

async function main(): Promise<void> {
  const command = parseCommand(process.argv.slice(2));
  if (command.command === 'help') return void process.stdout.write(`${helpText()}\n`);
  if (command.command === 'version') return void process.stdout.write(`${readVersion()}\n`);

  const result = loadConfig({ env: process.env, flags: command.flags, hostname: hostname() });
  const problems = [...command.problems, ...(result.ok ? [] : result.problems)];
  if (!result.ok || problems.length > 0) {
    complain(problems);
    complain([`nothing was started; ${NAME} --help tells what is allowed`]);
    process.exit(EXIT_CONFIG);
  }
  if (command.command === 'check-config') {
    complain(result.warnings);
    process.stdout.write(`${describeConfig(result.config)}\n`);
    return;
  }
  await run(result.config, result.warnings);
}

await main();

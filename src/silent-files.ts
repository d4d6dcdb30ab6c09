import { credentialFile } from './secret-files.js';
import type { SettingName } from './setting-table.js';
import { type GivenSettings, gatherSettings, nameOf } from './setting-values.js';
import { LOOK_LIMIT_MS } from './shared/messages.js';

/** The settings whose paths are opened on the main thread. */
export type FileSetting = Extract<SettingName, 'apiKeyFile' | 'bridgeTokenFile' | 'bridgeSocket'>;
export const FILE_SETTINGS = [
  'apiKeyFile',
  'bridgeTokenFile',
  'bridgeSocket',
] as const satisfies FileSetting[];

/** A setting that could not be used because a file or tree did not answer or could not be checked. A later start may succeed. */
export interface Unanswered {
  readonly setting: SettingName;
  /** The message, with the name of the flag or variable. */
  readonly text: string;
}

/** Prints `begun`, then reads a byte of a regular file. Skips other types: their later reader does not block on a FIFO. */
const LOOK = `echo '{"type":"begun"}'; [ ! -f "$0" ] || : "$(head -c 1 <"$0" 2>&1)"`;
const SEARCH_PATH = '/usr/bin:/bin';
/** Startup timeout of a process on a busy machine. */
const BEGIN_LIMIT_MS = 5_000;
const NOT_ANSWERED = `did not answer within ${LOOK_LIMIT_MS / 1000} s`;

/** The result of checking a file. */
export interface FileLook {
  /** Why it must not be opened, as the end of a message; null: opening it does not hang, though it may fail. */
  readonly reason: string | null;
  /** Resolves when the process that checks it and its children have ended. */
  readonly ended: Promise<void>;
}

/**
 * Checks whether a path can be opened without hanging, as one on a dead mount would. A separate process, which can be abandoned, opens it:
 * the shell, which takes 2 ms, or Node, which takes 50 ms, if there is no shell. If neither can be started (EAGAIN, ENOMEM), the file does
 * not count as silent, but it must not be opened either: the reason names the error. Thread: main; does not block. Throws nothing.
 */
export async function lookAtFile(path: string, signal?: AbortSignal): Promise<FileLook> {
  const { askProcess, workerCommand } = await import('./ask-process.js');
  const limits = { beginLimitMs: BEGIN_LIMIT_MS, limitMs: LOOK_LIMIT_MS, signal };
  let result = await askProcess({
    ...limits,
    command: ['/bin/sh', '-c', LOOK, path],
    env: { PATH: SEARCH_PATH },
  });
  if (result.failure !== null && !result.isLate && signal?.aborted !== true)
    result = await askProcess({ ...limits, command: workerCommand('file', path), env: {} });
  const { failure, isLate, ended } = result;
  if (failure !== null) return { reason: `could not be checked: ${failure}`, ended };
  return { reason: isLate ? NOT_ANSWERED : null, ended };
}

/**
 * The files of `settings` that do not answer or could not be checked; they must not be opened. Checks all of them concurrently, and starts
 * no process if none is given. Thread: main; does not block. Throws nothing.
 */
export async function findSilentFiles(
  given: GivenSettings,
  settings: readonly FileSetting[],
  signal?: AbortSignal,
): Promise<Unanswered[]> {
  const { values, origins } = gatherSettings(given);
  const files = settings.map((setting) => ({
    setting,
    name: nameOf(setting, origins[setting]),
    path: values[setting],
  }));
  const credential = settings.includes('apiKeyFile') ? credentialFile(given.env) : undefined;
  if (credential !== undefined)
    files.push({ setting: 'apiKeyFile', name: 'CREDENTIALS_DIRECTORY', path: credential });
  const found = await Promise.all(
    files.map(async ({ setting, name, path }) => {
      // If it is not a path, it may be the secret itself, which must not appear on a command line.
      if (path?.startsWith('/') !== true) return null;
      const { reason } = await lookAtFile(path, signal);
      return reason === null ? null : { setting, text: `${name}: ${path} ${reason}` };
    }),
  );
  return found.filter((each) => each !== null);
}

import { credentialFile } from './secret-files.js';
import type { SettingName } from './setting-table.js';
import { type GivenSettings, gatherSettings, nameOf } from './setting-values.js';
import { LOOK_LIMIT_MS } from './shared/messages.js';

/** The settings that name what is opened on the main thread. */
export type FileSetting = Extract<SettingName, 'apiKeyFile' | 'bridgeTokenFile' | 'bridgeSocket'>;
export const FILE_SETTINGS = [
  'apiKeyFile',
  'bridgeTokenFile',
  'bridgeSocket',
] as const satisfies FileSetting[];

/** A setting that could not be used because a file or tree did not answer or could not be checked. A later start may succeed. */
export interface Unanswered {
  readonly setting: SettingName;
  /** What is wrong, by the name of flag or variable. */
  readonly text: string;
}

/** Prints when it begins; opens a file and reads a byte. What is no file is left to whoever reads it in earnest without waiting for a FIFO. */
const LOOK = `echo '{"type":"begun"}'; [ ! -f "$0" ] || : "$(head -c 1 <"$0" 2>&1)"`;
const SEARCH_PATH = '/usr/bin:/bin';
/** How long a process may take to come up on a busy machine. */
const BEGIN_LIMIT_MS = 5_000;
const NOT_ANSWERED = `did not answer within ${LOOK_LIMIT_MS / 1000} s`;

/** The result of checking a file. */
export interface FileLook {
  /** Why it must not be opened, as the end of a sentence; null: it answers, if only with an error. */
  readonly reason: string | null;
  /** Resolves when the process that checks it and its children have ended. */
  readonly ended: Promise<void>;
}

/**
 * Finds out whether a path can be opened without hanging, as one on a dead mount would. A process tries, which can be left behind. It is
 * the shell, which takes 2 ms, or Node, which takes 50, where there is no shell. Where neither can be started (EAGAIN, ENOMEM), the file is
 * not called silent, but it is not opened either: the reason names the error. Thread: main; does not block. Throws nothing.
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
 * The files of `settings` that don't answer, or could not be checked; they must not be opened. Checks all of them at the same time, and
 * starts no process where none is given. Thread: main; does not block. Throws nothing.
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
      // What is no path may be the secret itself, which belongs on nobody's command line.
      if (path?.startsWith('/') !== true) return null;
      const { reason } = await lookAtFile(path, signal);
      return reason === null ? null : { setting, text: `${name}: ${path} ${reason}` };
    }),
  );
  return found.filter((each) => each !== null);
}

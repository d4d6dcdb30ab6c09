import { closeSync, constants, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Secret } from './secret.js';
import { API_KEY_ENV } from './setting-table.js';
import { messageOf } from './shared/errors.js';

/** The backend's API key and its origin, which an operator checks if the key is refused. */
export interface ApiKey {
  readonly value: Secret;
  /** The file or the variable. */
  readonly origin: string;
}

const MIN_TOKEN_CHARS = 16;
/** No secret is longer: a larger file was given by mistake. */
const MAX_BYTES = 4_096;
const GROUP_AND_OTHERS = 0o077;
const OTHERS = 0o007;

/**
 * Reads the API key from the first source that exists: systemd's credential, the file (`fileName` names its setting), the variable.
 * A string describes a problem; null: there is no key. Thread: main.
 */
export function readApiKey(
  env: Readonly<Record<string, string | undefined>>,
  file: string | undefined,
  fileName: string,
): ApiKey | string | null {
  const credential = credentialFile(env);
  if (credential !== undefined && isThere(credential)) return readKeyFile(credential, credential, 0);
  if (file !== undefined) return readKeyFile(fileName, file, GROUP_AND_OTHERS);
  const fromEnv = env[API_KEY_ENV];
  return fromEnv ? checkKey(API_KEY_ENV, API_KEY_ENV, fromEnv) : null;
}

function readKeyFile(name: string, path: string, forbiddenMode: number): ApiKey | string {
  const text = readSecretFile(name, path, forbiddenMode);
  return 'problem' in text ? text.problem : checkKey(name, path, text.text);
}

function checkKey(name: string, origin: string, text: string): ApiKey | string {
  const value = text.trim();
  // The messages must not show the value.
  if (value === '') return `${name}: expected an API key, got nothing`;
  if (!/^[\x21-\x7e]+$/.test(value))
    return `${name}: expected an API key of printable ASCII characters without spaces`;
  return { value: new Secret(value), origin };
}

/** The files that may hold the key. The first that exists counts. */
export function keyFiles(
  env: Readonly<Record<string, string | undefined>>,
  file: string | undefined,
): string[] {
  return [credentialFile(env), file].filter((path) => path !== undefined);
}

/** The file in which systemd provides the key; undefined: there are no credentials. */
export function credentialFile(env: Readonly<Record<string, string | undefined>>): string | undefined {
  const folder = env['CREDENTIALS_DIRECTORY'];
  return folder ? join(folder, 'api-key') : undefined;
}

/** Reads the bridge's token from its file. `name`: its setting. A string describes a problem; null: no token is set. Thread: main. */
export function readToken(file: string | undefined, name: string): Secret | string | null {
  if (file === undefined) return null;
  // The plugin runs as another user and may read it through its group.
  const text = readSecretFile(name, file, OTHERS);
  if ('problem' in text) return text.problem;
  const value = text.text.trim();
  if (value.length < MIN_TOKEN_CHARS || !/^[\x21-\x7e]+$/.test(value)) {
    return `${name}: expected a token of at least ${MIN_TOKEN_CHARS} printable ASCII characters without spaces in ${file}`;
  }
  return new Secret(value);
}

function readSecretFile(
  name: string,
  path: string,
  forbiddenMode: number,
): { text: string } | { problem: string } {
  let fd: number | null = null;
  try {
    // O_NONBLOCK: opening a FIFO would block forever. `fstat` checks the opened file, even if the path leads elsewhere by then.
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const status = fstatSync(fd);
    if (!status.isFile()) return { problem: `${name}: expected a file that can be read: ${path} is no file` };
    const { mode } = status;
    if ((mode & forbiddenMode) !== 0) {
      const whom = forbiddenMode === OTHERS ? 'everyone' : 'group or others';
      const octal = (mode & 0o777).toString(8).padStart(4, '0');
      return {
        problem: `${name}: ${path} can be read by ${whom} (mode ${octal}); expected 0600 (chmod 600 ${path})`,
      };
    }
    const bytes = Buffer.alloc(MAX_BYTES + 1);
    const length = readSync(fd, bytes);
    if (length > MAX_BYTES) return { problem: `${name}: expected at most ${MAX_BYTES} bytes in ${path}` };
    return { text: bytes.toString('utf8', 0, length) };
  } catch (error) {
    return { problem: `${name}: expected a file that can be read: ${messageOf(error)}` };
  } finally {
    if (fd !== null) closeSync(fd);
  }
}

function isThere(path: string): boolean {
  try {
    return (statSync(path, { throwIfNoEntry: false })?.size ?? 0) > 0;
  } catch {
    // It exists but cannot be examined: reading it will report why.
    return true;
  }
}

import { readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { peek } from './host.js';

const HOST = 'OpenClaw';
const SHORT_COMMIT_CHARS = 7;
const MAX_CHARS = 200;
/** What 2026.3.13 says of itself through its API. */
const UNKNOWN_VERSION = '0.0.0';

/**
 * The host's version as the host itself prints it: `OpenClaw 2026.3.13 (61d171a)`. No API tells it, so it is read from the package that
 * `entryPath`, the script that the process was started with, belongs to. What can't be had is left out; at least it is `OpenClaw`.
 */
export function readHostVersion(entryPath: string | undefined, runtimeVersion: unknown): string {
  const folder = findPackage(entryPath);
  const fromPackage = folder === null ? null : textOf(readJson(join(folder, 'package.json')), 'version');
  if (folder === null || fromPackage === null) {
    const isKnown = typeof runtimeVersion === 'string' && runtimeVersion.trim() !== '';
    return isKnown && runtimeVersion !== UNKNOWN_VERSION
      ? `${HOST} ${runtimeVersion.trim()}`.slice(0, MAX_CHARS)
      : HOST;
  }
  const commit = textOf(readJson(join(folder, 'dist', 'build-info.json')), 'commit');
  const suffix = commit === null ? '' : ` (${commit.slice(0, SHORT_COMMIT_CHARS)})`;
  return `${HOST} ${fromPackage}${suffix}`.slice(0, MAX_CHARS);
}

/** The folder of the host's package, above the real place of `entryPath`. */
function findPackage(entryPath: string | undefined): string | null {
  if (entryPath === undefined || entryPath === '') return null;
  try {
    let folder = dirname(realpathSync(entryPath));
    for (;;) {
      if (textOf(readJson(join(folder, 'package.json')), 'name') === 'openclaw') return folder;
      const parent = dirname(folder);
      if (parent === folder) return null;
      folder = parent;
    }
  } catch {
    return null;
  }
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as unknown;
  } catch {
    return undefined;
  }
}

function textOf(value: unknown, key: string): string | null {
  const text = peek(value, key);
  return typeof text === 'string' && text.trim() !== '' ? text.trim() : null;
}

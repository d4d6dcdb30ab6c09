import { readFileSync } from 'node:fs';
import { resolveBelow } from './below.js';

/** The first existing file counts; packages install the second. */
const FILES = ['/etc/os-release', '/usr/lib/os-release'];

/**
 * Name and version of the system whose root is at `rootfs`, such as "Debian GNU/Linux 12"; empty if unknown.
 * Thread: inventory. Throws nothing.
 * @see https://www.freedesktop.org/software/systemd/man/latest/os-release.html
 */
export function readOsName(rootfs: string): string {
  for (const file of FILES) {
    try {
      return parseOsRelease(readFileSync(resolveBelow(rootfs, file), 'utf8'));
    } catch {
      // Try the next one.
    }
  }
  return '';
}

/** Parses name and version from the text of such a file: `KEY=value` lines, with values quoted as in a shell. */
export function parseOsRelease(text: string): string {
  const read = (key: string): string => {
    const [, value = ''] = new RegExp(`^${key}=(.*)$`, 'm').exec(text) ?? [];
    const [, , quoted = value] = /^(["'])(.*)\1\s*$/.exec(value) ?? [];
    return quoted.trim().replace(/\\(.)/g, '$1');
  };
  return [read('NAME'), read('VERSION_ID')].filter(Boolean).join(' ');
}

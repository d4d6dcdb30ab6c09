import { readFileSync } from 'node:fs';
import { resolveBelow } from './below.js';

/** The first that is there counts, and the second is where packages put it. */
const FILES = ['/etc/os-release', '/usr/lib/os-release'];

/**
 * Name and version of the system whose root is at `rootfs`, such as "Debian GNU/Linux 12"; empty when neither is known.
 * Thread: inventory. Throws nothing.
 * @see https://www.freedesktop.org/software/systemd/man/latest/os-release.html
 */
export function readOsName(rootfs: string): string {
  for (const file of FILES) {
    try {
      return parseOsRelease(readFileSync(resolveBelow(rootfs, file), 'utf8'));
    } catch {
      // The next, if there is one.
    }
  }
  return '';
}

/** Name and version out of the text of such a file: `KEY=value` lines, the value quoted as a shell would have it. */
export function parseOsRelease(text: string): string {
  const read = (key: string): string => {
    const [, value = ''] = new RegExp(`^${key}=(.*)$`, 'm').exec(text) ?? [];
    const [, , quoted = value] = /^(["'])(.*)\1\s*$/.exec(value) ?? [];
    return quoted.trim().replace(/\\(.)/g, '$1');
  };
  return [read('NAME'), read('VERSION_ID')].filter(Boolean).join(' ');
}

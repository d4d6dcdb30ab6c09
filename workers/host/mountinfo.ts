import type { Mount } from '../../src/shared/probe.js';

/**
 * Finds the mount that contains `path` in the text of a mountinfo file; null: none. No component of `path` may be a link. Of several mounts
 * at the same place it returns the newest, which hides the others.
 * @see proc_pid_mountinfo(5)
 */
export function findMount(mountinfo: string, path: string): Mount | null {
  let found: Mount | null = null;
  for (const line of mountinfo.split('\n')) {
    const [front = '', back = ''] = line.split(' - ');
    const [, , , , point, options = ''] = front.split(' ');
    const [fileSystem = '', source = ''] = back.split(' ');
    if (point === undefined || fileSystem === '') continue;
    const mountPoint = unescapeOctal(point);
    const isAbove = mountPoint === '/' || path === mountPoint || path.startsWith(`${mountPoint}/`);
    if (!isAbove || (found !== null && mountPoint.length < found.mountPoint.length)) continue;
    const isReadOnly = options.split(',').includes('ro');
    found = { mountPoint, fileSystem, source: unescapeOctal(source), isReadOnly };
  }
  return found;
}

/** Decodes spaces, tabs, newlines and backslashes, which mountinfo escapes as three octal digits. */
function unescapeOctal(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}

import type { Mount } from '../../src/shared/probe.js';

/**
 * The mount that `path`, of which no part is a link, lies on, out of the text of a mountinfo; null: none is told. Where several are
 * mounted at the same place it is the newest, which hides the others.
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

/** Blanks, tabs, newlines and backslashes stand there as three octal digits. */
function unescapeOctal(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}

import { readlinkSync } from 'node:fs';

/** As many links as the kernel follows on one path. */
const MAX_LINKS = 40;

/**
 * Where `path` of the host lies here, its root being at `root`: links on the way are followed as the host follows them, so that an
 * absolute one leads to a place below `root` again, and no `..` leads out of it. What is not there is left as it is, for whoever opens it
 * to find missing. With a root of `/` the kernel does all this itself. Thread: one that may hang.
 * @throws an error with the code ELOOP
 */
export function resolveBelow(root: string, path: string): string {
  if (root === '/') return path;
  const ahead = path.split('/').reverse();
  let names: string[] = [];
  let links = 0;
  while (ahead.length > 0) {
    const name = ahead.pop()!;
    if (name === '' || name === '.') continue;
    if (name === '..') {
      names.pop();
      continue;
    }
    const target = readLink(`${root}/${[...names, name].join('/')}`);
    if (target === null) {
      names.push(name);
      continue;
    }
    links++;
    if (links > MAX_LINKS) throw Object.assign(new Error(`too many links: ${path}`), { code: 'ELOOP' });
    if (target.startsWith('/')) names = [];
    ahead.push(...target.split('/').reverse());
  }
  return `${root}/${names.join('/')}`;
}

/** Null: it is no link, or there is nothing to be had. */
function readLink(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
}

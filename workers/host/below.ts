import { readlinkSync } from 'node:fs';

/** The kernel's own limit for one path. */
const MAX_LINKS = 40;

/**
 * Resolves the host's `path` for a host whose root is mounted at `root`. Links are followed as on the host: an absolute link leads back
 * below `root`, and `..` cannot leave it. Missing components are kept, so that opening the result reports them. With a root of `/` the
 * kernel does all this, and `path` is returned unchanged. Thread: one that may hang.
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

/** Returns null if the path is not a link, or cannot be read. */
function readLink(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
}

import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of this package: two above the compiled file. */
const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Where packages are installed for this one: in its own `node_modules`, or beside it in the one that it lies in itself. */
function packageFolders(root: string): string[] {
  const own = join(root, 'node_modules');
  const at = root.lastIndexOf('/node_modules/');
  return at < 0 ? [own] : [own, root.slice(0, at + '/node_modules'.length)];
}

/**
 * Loads a package that is installed for this one, and no other: Node would go on to look in all folders above, in `NODE_PATH` and in
 * `$HOME/.node_modules`, which may be somebody else's or lie on a dead mount. Thread: main; may block while it loads.
 * @throws Error if it is not installed, or what it throws
 */
export function requireInstalled(name: string, root = ROOT): unknown {
  const path = packageFolders(root)
    .map((folder) => join(folder, name))
    .find((each) => existsSync(each));
  if (path === undefined) throw new Error(`Cannot find package '${name}'`);
  return createRequire(join(root, 'package.json'))(path);
}

import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of this package: two levels above the compiled file. */
const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** The folders with this package's dependencies: its own `node_modules`, and the `node_modules` that contains it. */
function packageFolders(root: string): string[] {
  const own = join(root, 'node_modules');
  const at = root.lastIndexOf('/node_modules/');
  return at < 0 ? [own] : [own, root.slice(0, at + '/node_modules'.length)];
}

/**
 * Loads a package from the dependency folders of this package only. Node's own lookup would go on in all parent folders, in `NODE_PATH` and
 * in `$HOME/.node_modules`, which may belong to another user or lie on a dead mount. Thread: main; may block while it loads.
 * @throws Error if it is not installed, or what it throws
 */
export function requireInstalled(name: string, root = ROOT): unknown {
  const path = packageFolders(root)
    .map((folder) => join(folder, name))
    .find((each) => existsSync(each));
  if (path === undefined) throw new Error(`Cannot find package '${name}'`);
  return createRequire(join(root, 'package.json'))(path);
}

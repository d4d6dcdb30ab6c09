import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { keepFolder } from './kept-folder.js';
import { runProgram } from './programs.js';

const INSTALL_LIMIT_MS = 300_000;

/** The registry could not be reached. */
export class RegistryUnreachable extends Error {}

/** A package on disk. */
export interface InstalledPackage {
  readonly folder: string;
  /** Whether it had to be fetched. */
  readonly wasFetched: boolean;
}

/**
 * Installs a package from the registry into the folder `cache`, or finds it there; npm checks that it is what the registry says it is.
 * `stubs` are packages, with their versions, that empty ones take the place of.
 * @throws RegistryUnreachable
 */
export async function installPackage(
  cache: string,
  name: string,
  version: string,
  stubs: Readonly<Record<string, string>> = {},
): Promise<InstalledPackage> {
  const place = join(cache, `${name}-${version}`);
  const wasFetched = await keepFolder(place, async (folder) => {
    layOut(folder, name, version, stubs);
    await install(folder, `${name}@${version}`);
  });
  return { folder: join(place, 'node_modules', name), wasFetched };
}

function layOut(
  folder: string,
  name: string,
  version: string,
  stubs: Readonly<Record<string, string>>,
): void {
  for (const [stub, stubVersion] of Object.entries(stubs)) {
    const place = join(folder, 'stubs', stub);
    mkdirSync(place, { recursive: true });
    writeFileSync(join(place, 'package.json'), JSON.stringify({ name: stub, version: stubVersion }));
    writeFileSync(join(place, 'index.js'), 'module.exports = {};\n');
  }
  const overrides = Object.fromEntries(Object.keys(stubs).map((stub) => [stub, `file:./stubs/${stub}`]));
  const manifest = { private: true, dependencies: { [name]: version }, overrides };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
}

async function install(folder: string, what: string): Promise<void> {
  const args = [
    'install',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--no-package-lock',
    '--loglevel=error',
  ];
  const place = { cwd: folder, env: process.env, limitMs: INSTALL_LIMIT_MS };
  const { code, output } = await runProgram('npm', args, place);
  if (code === 0) return;
  const reason = output.match(/code (E\w+)/)?.[1] ?? output.trim().split('\n')[0] ?? `exit code ${code}`;
  throw new RegistryUnreachable(`${what} can't be had from the npm registry: ${reason}`);
}

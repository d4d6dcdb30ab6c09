import { type ConfigResult, loadConfig, readTrees } from './config.js';
import { lookAtHost } from './host-look.js';
import type { GivenSettings } from './setting-values.js';
import { FILE_SETTINGS, findSilentFiles } from './silent-files.js';

/**
 * The way to a configuration, for the daemon and every command: looks, in processes of their own and in bounded time, at all paths that may
 * lie on a dead mount, and loads the configuration without opening those that don't answer. Thread: main; does not block.
 * @throws the reason of `signal`, if that is aborted meanwhile, and nothing else
 */
export async function readConfig(given: GivenSettings, signal?: AbortSignal): Promise<ConfigResult> {
  const [silentFiles, host] = await Promise.all([
    findSilentFiles(given, FILE_SETTINGS, signal),
    lookAtHost(readTrees(given), signal),
  ]);
  signal?.throwIfAborted();
  return loadConfig({ ...given, host, silentFiles });
}

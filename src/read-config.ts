import { type ConfigResult, loadConfig, readTrees } from './config.js';
import { lookAtHost } from './host-look.js';
import type { GivenSettings } from './setting-values.js';
import { FILE_SETTINGS, findSilentFiles } from './silent-files.js';

/**
 * Reads the configuration for the daemon and every command. First checks all paths that may lie on a dead mount, in separate processes and
 * with a time limit. Then loads the configuration without opening paths that do not answer. Thread: main; does not block.
 * @throws the reason of `signal` if that is aborted, and nothing else
 */
export async function readConfig(given: GivenSettings, signal?: AbortSignal): Promise<ConfigResult> {
  const [silentFiles, host] = await Promise.all([
    findSilentFiles(given, FILE_SETTINGS, signal),
    lookAtHost(readTrees(given), signal),
  ]);
  signal?.throwIfAborted();
  return loadConfig({ ...given, host, silentFiles });
}

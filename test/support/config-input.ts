import { type Config, type ConfigInput, type ConfigResult, loadConfig } from '../../src/config.js';
import type { HostLook } from '../../src/host-look.js';

/** A machine with nothing peculiar about it. */
export const PLAIN_HOST: HostLook = {
  hostname: 'test-host',
  isHostnameOfMachine: true,
  isRootOverlay: false,
  procfs: null,
  rootfs: null,
};

/** Loads a configuration out of nothing but what is given. */
export function load(
  env: ConfigInput['env'] = {},
  flags: ConfigInput['flags'] = {},
  host: HostLook = PLAIN_HOST,
): ConfigResult {
  return loadConfig({ env, flags, host, silentFiles: [] });
}

/** A configuration that must be right. */
export function configOf(env: ConfigInput['env'] = {}, flags: ConfigInput['flags'] = {}): Config {
  const result = load(env, flags);
  if (!result.ok)
    throw new Error(`problems in a configuration that should have none: ${result.problems.join('; ')}`);
  return result.config;
}

/** The problems of a configuration that must be wrong. */
export function problemsOf(
  env: ConfigInput['env'] = {},
  flags: ConfigInput['flags'] = {},
  host: HostLook = PLAIN_HOST,
): readonly string[] {
  const result = load(env, flags, host);
  if (result.ok) throw new Error('no problem in a configuration that should have one');
  return result.problems;
}

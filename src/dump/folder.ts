/**
 * The folder for dumps: the configured one, else the first of those that systemd created for the service (`StateDirectory=`), else
 * `temporary`, the folder for temporary files.
 */
export function dumpFolder(
  set: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
  temporary: string,
): string {
  const [state = ''] = (env['STATE_DIRECTORY'] ?? '').split(':');
  return set ?? (state.startsWith('/') ? state : temporary);
}

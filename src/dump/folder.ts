/**
 * The folder into which dumps are written: the one that was set, else the first of those that systemd made for the service
 * (`StateDirectory=`), else the one for temporary files, `temporary`.
 */
export function dumpFolder(
  set: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
  temporary: string,
): string {
  const [state = ''] = (env['STATE_DIRECTORY'] ?? '').split(':');
  return set ?? (state.startsWith('/') ? state : temporary);
}

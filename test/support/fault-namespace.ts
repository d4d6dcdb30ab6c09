import { spawnSync } from 'node:child_process';
import { realpathSync } from 'node:fs';

/** Something that a process shall see, and nobody else. */
export type Mount =
  /** `source` in the place of the file `target`. */
  | { readonly source: string; readonly target: string }
  /** An empty file system of `bytes` in the folder `target`. */
  | { readonly bytes: number; readonly target: string; readonly isReadOnly?: boolean };

/** Why there can be no mounts for one process alone here; null: there can. */
export function whyNoNamespace(): string | null {
  const { error, status, stderr } = spawnSync('unshare', ['--mount', 'true'], { encoding: 'utf8' });
  if (error !== undefined) return 'unshare is not installed';
  return status === 0 ? null : `no namespace can be made: ${stderr.trim()}`;
}

/** The command that runs what is put behind it with these mounts, in its own place. They are gone when it ends. */
export function withMounts(mounts: readonly Mount[]): string[] {
  const commands = mounts.map((mount) =>
    'source' in mount
      ? `mount --bind '${mount.source}' '${realpathSync(mount.target)}'`
      : `mount -t tmpfs -o size=${mount.bytes}${mount.isReadOnly ? ',ro' : ''} none '${mount.target}'`,
  );
  return ['unshare', '--mount', 'sh', '-ec', `${commands.join('; ')}; exec "$@"`, 'sh'];
}

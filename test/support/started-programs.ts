import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROGRAM_PATH } from '../../src/shared/program-path.js';
import { type Scope, temporaryFolder } from './fixtures.js';

/** Names that must not be found on the daemon's own PATH even if this machine does not have them. */
const ALSO = [
  'cat',
  'df',
  'dmesg',
  'dmidecode',
  'getent',
  'grep',
  'head',
  'hostname',
  'ip',
  'lscpu',
  'nginx',
];
const MORE = ['node', 'sh', 'systemd-notify', 'which', 'zfs'];

/** What a process and all that it starts execute. */
export interface Watched {
  /** Put before a command's words: runs it with a PATH that has nothing but tripwires, and records what is executed. */
  readonly wrapper: readonly string[];
  /** The tripwires that were run, with their arguments. */
  readonly tripped: () => string[];
  /** The paths of all programs that were executed successfully, each once, once the process has ended. */
  readonly executed: () => string[];
}

/** Why nothing can be recorded here; null: it can. */
export function whyNoStrace(): string | null {
  const { error, status, stderr } = spawnSync('strace', ['-qq', 'true'], { encoding: 'utf8' });
  if (error !== undefined) return 'strace is not installed';
  return status === 0 ? null : `nothing can be traced: ${stderr.trim()}`;
}

/** Makes a folder with a tripwire for every program of this machine, and the command that records what is executed. */
export function watchPrograms(t: Scope): Watched {
  const folder = temporaryFolder(t);
  const log = join(folder, 'tripped');
  const trace = join(folder, 'trace');
  const wire = join(folder, 'tripwire');
  const path = temporaryFolder(t);
  writeFileSync(log, '');
  writeFileSync(wire, `#!/bin/sh\necho "$0 $*" >> '${log}'\nexit 1\n`, { mode: 0o755 });
  const names = PROGRAM_PATH.split(':').flatMap((each) => namesIn(each));
  for (const name of new Set([...names, ...ALSO, ...MORE])) symlinkSync(wire, join(path, name));
  return {
    wrapper: ['strace', '-fqqz', '-e', 'trace=execve', '-o', trace, 'env', `PATH=${path}`],
    tripped: () => readFileSync(log, 'utf8').split('\n').filter(Boolean),
    executed: () => {
      const calls = readFileSync(trace, 'latin1').matchAll(/execve\("([^"]+)"/g);
      return [...new Set(Array.from(calls, ([, program = '']) => program))];
    },
  };
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

const LISTEN = '0A';

/**
 * The process that listens on a TCP port of this machine, such as `nginx (pid 123)`; null: it can't be told, since it is another user's.
 * `procfs` is this process's own. @see proc_pid_net(5)
 */
export function findPortHolder(port: number, procfs: string): string | null {
  const inode = findInode(port, procfs);
  if (inode === null) return null;
  for (const pid of list(procfs).filter((name) => /^\d+$/.test(name))) {
    for (const fd of list(`${procfs}/${pid}/fd`)) {
      if (attempt(() => readlinkSync(`${procfs}/${pid}/fd/${fd}`)) !== `socket:[${inode}]`) continue;
      const name = attempt(() => readFileSync(`${procfs}/${pid}/comm`, 'utf8').trim()) ?? '?';
      return `${name} (pid ${pid})`;
    }
  }
  return null;
}

function findInode(port: number, procfs: string): string | null {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  for (const file of ['tcp', 'tcp6']) {
    const text = attempt(() => readFileSync(`${procfs}/net/${file}`, 'utf8')) ?? '';
    for (const line of text.split('\n').slice(1)) {
      const columns = line.trim().split(/\s+/);
      if (columns[1]?.endsWith(`:${hex}`) && columns[3] === LISTEN) return columns[9] ?? null;
    }
  }
  return null;
}

function list(folder: string): string[] {
  return attempt(() => readdirSync(folder)) ?? [];
}

/** What is gone by now, or not ours to look at, is left out. */
function attempt<Value>(work: () => Value): Value | null {
  try {
    return work();
  } catch {
    return null;
  }
}

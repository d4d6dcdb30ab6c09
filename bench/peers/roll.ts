import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { readVersion } from '../../src/version.js';
import { PEER_IDS, type PeerAccount, type PeerId } from './figures.js';
import { PEERS } from './peers.js';

/** Finds the version in what a program says of itself; null: there is none. */
export function findVersion(text: string): string | null {
  return /\d+\.\d+[\w.+~-]*/.exec(text)?.[0] ?? null;
}

/** Whether a program is there, and which version. */
export function askVersion([name, ...args]: readonly [string, ...string[]]): {
  isThere: boolean;
  version: string | null;
} {
  const { error, stdout, stderr } = spawnSync(name, args, { encoding: 'utf8' });
  return error === undefined
    ? { isThere: true, version: findVersion(stdout + stderr) }
    : { isThere: false, version: null };
}

/** A command as others can read it: without the folders and ports of this run. */
export function describeCommand(command: readonly string[], folder: string): string {
  return command
    .map((word) =>
      word
        .replaceAll(folder, 'FOLDER')
        .replace(process.execPath, 'node')
        .replace(/^.*\/(?=dist\/)/, '')
        .replace(/(?<=127\.0\.0\.1:)\d+$/, 'PORT'),
    )
    .join(' ');
}

/** Who takes part, in which version, how it was run, and why not. */
export class Roll {
  readonly #versions = new Map<PeerId, string | null>();
  readonly #commands = new Map<PeerId, Set<string>>();
  readonly #skipped = new Map<PeerId, string>();
  readonly #say: (line: string) => void;

  /** `say` is told of each peer that is left out. */
  constructor(say: (line: string) => void) {
    this.#say = say;
    for (const id of PEER_IDS) {
      const { program } = PEERS[id];
      if (program === null) {
        this.#versions.set(id, ownVersion(id));
        continue;
      }
      const { isThere, version } = askVersion(program);
      this.#versions.set(id, version);
      if (!isThere) this.skip(id, `${program[0]} is not installed`);
    }
  }

  has(id: PeerId): boolean {
    return !this.#skipped.has(id);
  }

  ran(id: PeerId, command: readonly string[], folder: string): void {
    const commands = this.#commands.get(id) ?? new Set();
    this.#commands.set(id, commands.add(describeCommand(command, folder)));
  }

  skip(id: PeerId, why: string): void {
    this.#skipped.set(id, why);
    this.#say(`skipped: ${PEERS[id].name}: ${why}`);
  }

  accounts(): PeerAccount[] {
    return PEER_IDS.map((id) => ({
      id,
      name: PEERS[id].name,
      project: PEERS[id].project,
      version: this.#versions.get(id) ?? null,
      commands: [...(this.#commands.get(id) ?? [])],
      skipped: this.#skipped.get(id) ?? null,
    }));
  }
}

function ownVersion(id: PeerId): string {
  if (id === 'monitor') return readVersion();
  if (id !== 'systeminformation') return process.versions.node;
  const manifest = createRequire(import.meta.url)('systeminformation/package.json') as { version: string };
  return manifest.version;
}

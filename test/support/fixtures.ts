import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where something is put that must come to its end: a TestContext, or whatever else ends what it was given. */
export interface Scope {
  after(end: () => void | Promise<void>): void;
}

/** The folders of test/fixtures/proc whose files can all be read, and those in which nothing can. */
export const SOUND_MACHINES = [
  'vps-1cpu',
  'guest-2cpu-steal',
  'big-128cpu',
  'offline-cpus',
  'kvm-host',
  'kernel-2.6.32',
  'no-swap',
  'swap-in-use',
  'zfs',
  'lxcfs',
] as const;
export const BROKEN_MACHINES = ['truncated', 'garbage', 'empty'] as const;
export type Machine = (typeof SOUND_MACHINES)[number] | (typeof BROKEN_MACHINES)[number];

/** `expected.json` of a sound machine. `cpu` is null where the kernel has no such column; `cpu_later` is one second on. */
export interface Expected {
  readonly cpu: readonly (number | null)[];
  readonly cpu_later: readonly (number | null)[];
  readonly cpu_pct: number;
  readonly mem_pct: number;
  readonly swap_pct: number;
  readonly load_avg: readonly [number, number, number];
  readonly uptime_seconds: number;
}

/** The path of something in test/fixtures; the compiled tests lie in dist/test, the fixtures stay with the sources. */
export function fixturePath(...parts: string[]): string {
  return join(fileURLToPath(new URL('../../../test/fixtures', import.meta.url)), ...parts);
}

/** The bytes of one file of a machine. */
export function readFixture(machine: Machine, file: string): Buffer {
  return readFileSync(fixturePath('proc', machine, file));
}

/** The golden values of a sound machine. */
export function readExpected(machine: (typeof SOUND_MACHINES)[number]): Expected {
  return JSON.parse(readFixture(machine, 'expected.json').toString()) as Expected;
}

/** Makes an empty folder that is removed after the test. */
export function temporaryFolder(t: Scope): string {
  const folder = mkdtempSync(join(tmpdir(), 'monitor-test-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Copies a machine's tree to a folder of its own, which the test may change; it is removed after the test. */
export function copyMachine(t: Scope, machine: Machine): string {
  const folder = temporaryFolder(t);
  cpSync(fixturePath('proc', machine), folder, { recursive: true });
  return folder;
}

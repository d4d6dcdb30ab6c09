import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { temporaryFolder } from './fixtures.js';

const LIBRARIES = '/usr/lib';
const LIBRARY = 'faketime/libfaketimeMT.so.1';

/** A CLOCK_REALTIME of one process alone, that can be set; its CLOCK_MONOTONIC is the machine's. */
export interface SettableClock {
  /** The environment of that process. */
  readonly env: Readonly<Record<string, string>>;
  /** How far it is from the machine's clock, from a second from now at the latest. */
  set(offsetSeconds: number): void;
}

/** Why there can be no such clock here; null: there can. */
export function whyNoClock(): string | null {
  return findLibrary() === null ? 'libfaketime is not installed' : null;
}

/** Makes one, which agrees with the machine's for now. */
export function createSettableClock(t: TestContext): SettableClock {
  const file = join(temporaryFolder(t), 'offset');
  const set = (offsetSeconds: number): void => {
    writeFileSync(file, `${offsetSeconds < 0 ? '-' : '+'}${Math.abs(offsetSeconds)}\n`);
  };
  set(0);
  return {
    env: {
      LD_PRELOAD: findLibrary() ?? '',
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_CACHE_DURATION: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    },
    set,
  };
}

function findLibrary(): string | null {
  const folders = [LIBRARIES, ...readdirSync(LIBRARIES).map((name) => join(LIBRARIES, name))];
  return folders.map((folder) => join(folder, LIBRARY)).find((path) => existsSync(path)) ?? null;
}

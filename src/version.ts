import { readFileSync } from 'node:fs';

/** The version in package.json, two folders above the compiled file. Thread: main, at start. */
export function readVersion(): string {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}

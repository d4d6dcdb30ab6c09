import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { defaultFile } from '../../build/deb-files.js';

/** A package as listed in the lockfile. */
interface Locked {
  readonly version: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly license?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly hasInstallScript?: boolean;
}
type Versions = Readonly<Record<string, string>>;
interface Package {
  readonly dependencies: Versions;
  readonly optionalDependencies: Versions;
  readonly devDependencies: Versions;
}

const ROOT = new URL('../../../', import.meta.url);
const read = (path: string): string => readFileSync(fileURLToPath(new URL(path, ROOT)), 'utf8');
const own = JSON.parse(read('package.json')) as Package;
const { packages } = JSON.parse(read('package-lock.json')) as { packages: Record<string, Locked> };
const locked = Object.entries(packages).filter(([path]) => path.includes('node_modules/'));
const used = locked.filter(([, { dev }]) => dev !== true);

test('every dependency is pinned to an exact version', () => {
  const asked = [own.dependencies, own.optionalDependencies, own.devDependencies];
  for (const [name, version] of asked.flatMap((versions) => Object.entries(versions))) {
    assert.match(version, /^\d+\.\d+\.\d+$/, name);
  }
});

test('every locked package comes from the registry and has a hash', () => {
  for (const [path, { resolved, integrity }] of locked) {
    // Without an address npm asks the registry.
    assert.match(resolved ?? 'https://registry.npmjs.org/', /^https:\/\/registry\.npmjs\.org\//, path);
    // The linter's builds for other platforms were unavailable when they were locked, and nothing installs them here.
    if (integrity === undefined) assert.match(path, /^node_modules\/@biomejs\/cli-(?!linux-(x64|arm64)$)/);
    else assert.match(integrity, /^sha512-/, path);
  }
});

test('no dependency of the daemon has an install script', () => {
  assert.deepEqual(
    used.filter(([, { hasInstallScript }]) => hasInstallScript === true).map(([path]) => path),
    [],
  );
});

test('every licence allows use and redistribution', () => {
  for (const [path, { license, dev }] of locked) {
    // axe-core checks the page in a test, and is not redistributed.
    const allowed = dev
      ? /^(MIT|ISC|Apache-2\.0|MIT OR Apache-2\.0|MPL-2\.0)$/
      : /^(MIT|ISC|Apache-2\.0|MIT OR Apache-2\.0)$/;
    assert.match(license ?? 'none', allowed, path);
  }
});

test('the daemon has few dependencies, and each bundled one is listed with its licence', () => {
  const needed = used.filter(([, { optional }]) => optional !== true).map(([path]) => path.slice(13));
  assert.ok(needed.length <= 20, needed.join());
  const texts = read('bundle/LICENCES.txt');
  for (const name of Object.keys(own.dependencies).filter((name) => name !== 'systeminformation')) {
    assert.match(texts, new RegExp(`^${name} ${own.dependencies[name]} \\(`, 'm'));
  }
  for (const [, name] of texts.matchAll(/^(\S+) \d+\.\d+\.\d+ \(/gm)) assert.ok(needed.includes(name!), name);
});

test('every build of the native addon is pinned by its hash', () => {
  const names = Object.keys(own.optionalDependencies);
  assert.ok(names.length > 0 && names.every((name) => name.startsWith('@uwsjs/')), names.join());
  for (const name of names) {
    const { version, integrity } = packages[`node_modules/${name}`] ?? {};
    assert.equal(version, own.optionalDependencies[name], name);
    assert.match(integrity ?? '', /^sha512-/, name);
  }
});

test('one line makes the service or the container load no native code', () => {
  const line = 'MONITOR_BRIDGE_TRANSPORT=node-http';
  assert.ok(defaultFile().split('\n').includes(`#${line}`));
  assert.ok(read('deploy/Containerfile').split('\n').includes(`# ENV ${line}`));
});

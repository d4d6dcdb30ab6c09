import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { requireInstalled } from '../../src/own-package.js';
import { temporaryFolder } from '../support/fixtures.js';

function install(folder: string, name: string, what: string): void {
  mkdirSync(join(folder, 'node_modules', name), { recursive: true });
  writeFileSync(join(folder, 'node_modules', name, 'index.js'), `module.exports = '${what}';\n`);
}

test('a package is loaded from the own node_modules or from the one that holds the own package', (t) => {
  const folder = temporaryFolder(t);
  const root = join(folder, 'node_modules', '@harborforge', 'monitor');
  install(folder, 'beside', 'beside');
  install(folder, 'both', 'beside');
  install(root, 'both', 'own');
  assert.equal(requireInstalled('beside', root), 'beside');
  assert.equal(requireInstalled('both', root), 'own');
});

test('a package in a folder above, in NODE_PATH or in HOME is not loaded', (t) => {
  const folder = temporaryFolder(t);
  const root = join(folder, 'clone');
  mkdirSync(root);
  install(folder, 'planted', 'above');
  assert.throws(() => requireInstalled('planted', root), { message: "Cannot find package 'planted'" });
});

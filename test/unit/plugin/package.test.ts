import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import plugin from '#plugin/index.js';
import { PLUGIN_ID, PLUGIN_VERSION } from '#plugin/plugin.js';
import { TOOL_NAME } from '#plugin/telemetry-tool.js';

/** The package's folder; the compiled tests are in dist/test. */
const FOLDER = fileURLToPath(new URL('../../../../plugin/', import.meta.url));

interface PackageJson {
  readonly name: string;
  readonly version: string;
  readonly type: string;
  readonly openclaw: { readonly extensions: readonly string[] };
  readonly [key: string]: unknown;
}
interface Manifest {
  readonly id: string;
  readonly version: string;
  readonly contracts: { readonly tools: readonly string[] };
  readonly activation: { readonly onStartup: boolean };
  readonly configSchema: {
    readonly properties: Readonly<Record<string, object>>;
    readonly [key: string]: unknown;
  };
  readonly uiHints: Readonly<Record<string, { label: string; help: string }>>;
}

const packageJson = JSON.parse(readFileSync(join(FOLDER, 'package.json'), 'utf8')) as PackageJson;
const manifest = JSON.parse(readFileSync(join(FOLDER, 'openclaw.plugin.json'), 'utf8')) as Manifest;
const built = readdirSync(join(FOLDER, 'dist')).filter((name) => name.endsWith('.js'));
const sources = new Map(built.map((name) => [name, readFileSync(join(FOLDER, 'dist', name), 'utf8')]));

test('package, manifest and code have the same version, id and tool', () => {
  assert.equal(packageJson.version, PLUGIN_VERSION);
  assert.equal(manifest.version, PLUGIN_VERSION);
  assert.equal(manifest.id, PLUGIN_ID);
  assert.equal(plugin.id, PLUGIN_ID);
  // 2026.3.13 warns when they differ.
  assert.equal(packageJson.name.split('/')[1], PLUGIN_ID);
  assert.deepEqual(manifest.contracts.tools, [TOOL_NAME]);
  assert.equal(manifest.activation.onStartup, true);
});

test('it is an ES module without any dependency', () => {
  assert.equal(packageJson.type, 'module');
  for (const key of Object.keys(packageJson)) assert.doesNotMatch(key, /dependencies/i);
});

test("it imports its own files and Node's modules, and nothing of the host", () => {
  for (const [name, source] of sources) {
    for (const [, imported] of source.matchAll(/(?:from|import)\s*\(?\s*['"]([^'"]+)['"]/g)) {
      assert.match(imported!, /^(node:|\.\/)/, name);
    }
  }
});

test('no configuration can stop a gateway from starting: the schema requires nothing', () => {
  const { type, additionalProperties, properties, ...rest } = manifest.configSchema;
  assert.equal(type, 'object');
  assert.equal(additionalProperties, true);
  assert.deepEqual(rest, {});
  for (const schema of Object.values(properties)) assert.deepEqual(Object.keys(schema), ['description']);
});

test('each setting has a label and a help for the form', () => {
  assert.deepEqual(Object.keys(manifest.uiHints), Object.keys(manifest.configSchema.properties));
  for (const { label, help } of Object.values(manifest.uiHints)) assert.ok(label !== '' && help !== '');
});

test('the scanner of 2026.3.13 finds nothing in any file', () => {
  // The rules of its skill scanner that a plugin like this one could break.
  const network = /\bfetch\b|\bpost\b|http\.request/i;
  for (const [name, source] of sources) {
    assert.doesNotMatch(source, /child_process|\beval\s*\(|new\s+Function\s*\(|new\s+WebSocket/, name);
    assert.ok(!(/readFileSync|readFile/.test(source) && network.test(source)), name);
    assert.ok(!(/process\.env/.test(source) && network.test(source)), name);
  }
});

test('the tarball has the code, the manifest, the icon and the README, and nothing else', () => {
  const output = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: FOLDER,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [{ files }] = JSON.parse(output) as [{ files: { path: string }[] }];
  const expected = ['README.md', 'assets/icon.png', 'openclaw.plugin.json', 'package.json'];
  assert.deepEqual(
    files.map(({ path }) => path).sort(),
    [...expected, ...built.map((name) => `dist/${name}`)].sort(),
  );
  assert.ok(packageJson.openclaw.extensions.every((path) => files.some((file) => `./${file.path}` === path)));
});

test('the icon is a square PNG of 512 pixels', () => {
  const icon = readFileSync(join(FOLDER, 'assets', 'icon.png'));
  assert.equal(icon.toString('latin1', 1, 4), 'PNG');
  assert.deepEqual([icon.readUInt32BE(16), icon.readUInt32BE(20)], [512, 512]);
});

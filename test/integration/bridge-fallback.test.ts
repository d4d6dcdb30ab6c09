import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { end, healthWhen, startBridge, telemetryWhen } from '../support/bridge-client.js';
import { missingUws } from '../support/bridge-transports.js';
import { DaemonProcess, MAIN } from '../support/daemon-process.js';
import { temporaryFolder } from '../support/fixtures.js';
import { rawRequest } from '../support/raw-http.js';

const [MAJOR] = process.versions.node.split('.');
const BUILD = `@uwsjs/${process.platform}-${process.arch}-${MAJOR}`;

/** A folder for builds of uWebSockets.js, and what makes the daemon look for them there and nowhere else. */
function setUp(t: TestContext) {
  const builds = temporaryFolder(t);
  const preload = new URL('../support/bridge-builds.js', import.meta.url);
  preload.searchParams.set('folder', builds);
  return { builds, nodeArgs: ['--import', preload.href] };
}

/** Puts the build that is installed here into `builds` under another name. */
function copyBuild(builds: string, name: string): string {
  const installed = dirname(createRequire(import.meta.url).resolve(BUILD));
  const copy = join(builds, name);
  mkdirSync(dirname(copy), { recursive: true });
  cpSync(installed, copy, { recursive: true, dereference: true });
  return copy;
}

/** Puts something into `builds` that has the name of the build and is none. */
function putNoLibrary(builds: string): void {
  mkdirSync(join(builds, BUILD), { recursive: true });
  writeFileSync(join(builds, BUILD, 'index.js'), "module.exports = require('./uws.node');\n");
  writeFileSync(join(builds, BUILD, 'uws.node'), 'not a library');
}

/** The addons that are mapped into the daemon's process, each once. */
function nativeCodeOf({ child }: DaemonProcess): string[] {
  const maps = readFileSync(`/proc/${child.pid}/maps`, 'utf8');
  return [...new Set(Array.from(maps.matchAll(/ (\/.*\.node)$/gm), ([, path = '']) => path))];
}

async function transportOf(port: number): Promise<unknown> {
  const { body } = await rawRequest(port, 'GET', '/health');
  return (JSON.parse(body) as { bridge: { transport: unknown } }).bridge.transport;
}

/** Checks that node:http serves, and returns the one warning that there is. */
async function assertFallback({ daemon, port }: { daemon: DaemonProcess; port: number }): Promise<string> {
  await telemetryWhen(port, ({ disk_pct }) => disk_pct !== null);
  await healthWhen(port, ({ status }) => status === 'ok');
  assert.equal(await transportOf(port), 'node:http');
  const warnings = daemon.lines.filter(({ level }) => level !== 'info').map(({ msg }) => msg ?? '');
  assert.equal(warnings.length, 1, warnings.join('\n'));
  assert.equal(await daemon.stop(), 0);
  assert.equal(daemon.stderr, '');
  return warnings[0] ?? '';
}

test('where no build is installed, node:http serves, with one warning that names what was tried', async (t) => {
  const { nodeArgs } = setUp(t);
  const warning = await assertFallback(await startBridge(t, {}, nodeArgs));
  assert.match(warning, /^node:http serves the bridge/);
  for (const name of ['uWebSockets.js', BUILD])
    assert.ok(warning.includes(`; ${name}: `) || warning.includes(`: ${name}: `), warning);
});

test("where the build needs another C library, node:http serves, with the loader's reason", {
  skip: missingUws(),
}, async (t) => {
  const { builds, nodeArgs } = setUp(t);
  const file = join(copyBuild(builds, BUILD), 'uws.node');
  // A version that no C library has, in place of each one that it needs.
  const text = readFileSync(file, 'latin1').replaceAll(/GLIBC_2\.\d/g, 'GLIBC_9.9');
  writeFileSync(file, text, 'latin1');
  const warning = await assertFallback(await startBridge(t, {}, nodeArgs));
  assert.match(warning, /GLIBC_9\.9\d?' not found/);
});

test('where the build is no library at all, node:http serves', async (t) => {
  const { builds, nodeArgs } = setUp(t);
  putNoLibrary(builds);
  const warning = await assertFallback(await startBridge(t, {}, nodeArgs));
  assert.ok(warning.includes(BUILD), warning);
});

test("the operator's own uWebSockets.js is taken before the package's build", {
  skip: missingUws(),
}, async (t) => {
  const { builds, nodeArgs } = setUp(t);
  const own = copyBuild(builds, 'uWebSockets.js');
  putNoLibrary(builds);
  const { daemon, port } = await startBridge(t, {}, nodeArgs);
  await telemetryWhen(port);
  assert.equal(await transportOf(port), 'uws');
  assert.ok(readFileSync(`/proc/${daemon.child.pid}/maps`, 'latin1').includes(join(own, 'uws.node')));
  assert.ok(!daemon.lines.some(({ level }) => level === 'warn'));
});

test('MONITOR_BRIDGE_TRANSPORT=uws where no build loads ends with 1, and says why', async (t) => {
  const { nodeArgs } = setUp(t);
  const daemon = new DaemonProcess({ MONITOR_BRIDGE_TRANSPORT: 'uws' }, [], nodeArgs);
  t.after(() => end(daemon));
  assert.equal(await daemon.exited, 1);
  assert.match(daemon.stderr, /^harborforge-monitor: no uWebSockets\.js build loads [^\n]*\n$/);
});

test('an official uWebSockets.js that is put beside the installed bundle is the only native code in the daemon', {
  skip: missingUws(),
}, async (t) => {
  const installation = temporaryFolder(t);
  const root = dirname(dirname(dirname(MAIN)));
  cpSync(join(root, 'bundle'), join(installation, 'bundle'), { recursive: true });
  cpSync(join(root, 'package.json'), join(installation, 'package.json'));
  const packages = join(installation, 'node_modules');
  copyBuild(packages, BUILD);
  // Laid out as the official package is.
  const official = copyBuild(packages, 'uWebSockets.js');
  const library = `uws_${process.platform}_${process.arch}_${process.versions.modules}.node`;
  renameSync(join(official, 'uws.node'), join(official, library));
  writeFileSync(join(official, 'package.json'), '{ "name": "uWebSockets.js", "main": "uws.js" }');
  writeFileSync(join(official, 'uws.js'), `module.exports = require('./${library}');\n`);

  const { daemon, port } = await startBridge(t, {}, [], join(installation, 'bundle/src/main.js'));
  await healthWhen(port, ({ host }) => host !== null);
  assert.equal(await transportOf(port), 'uws');
  assert.deepEqual(nativeCodeOf(daemon), [join(official, library)]);
});

test('MONITOR_BRIDGE_TRANSPORT=node-http loads no native code, and logs no warning', async (t) => {
  const { daemon, port } = await startBridge(t, { MONITOR_BRIDGE_TRANSPORT: 'node-http' });
  // By now all threads have started.
  await telemetryWhen(port, ({ disk_pct }) => disk_pct !== null);
  await healthWhen(port, ({ host }) => host !== null);
  assert.equal(await transportOf(port), 'node:http');
  assert.deepEqual(nativeCodeOf(daemon), []);
  assert.deepEqual(
    daemon.lines.filter(({ level }) => level === 'warn'),
    [],
  );
});

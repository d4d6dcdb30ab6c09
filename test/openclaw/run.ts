/**
 * `npm run test:openclaw [version…]`: the plugin on real OpenClaw gateways, which are fetched from the npm registry once and kept in a
 * cache outside of the repository (HARBORFORGE_E2E_CACHE). All versions unless some are named.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { RegistryUnreachable } from '../support/npm-packages.js';
import { killAllGroups, runProgram } from '../support/programs.js';
import { HOSTS } from './hosts.js';
import { type InstalledHost, installHost } from './packages.js';
import { runScenario, type Step } from './scenario.js';
import { watchStrayFolders } from './stray-folders.js';

const PLUGIN = fileURLToPath(new URL('../../../plugin/', import.meta.url));
const PACK_LIMIT_MS = 60_000;

const wanted = process.argv.slice(2);
const unknown = wanted.filter((version) => !HOSTS.some((host) => host.version === version));
if (unknown.length > 0) {
  say(`there is no ${unknown.join(', ')}; there are ${HOSTS.map(({ version }) => version).join(', ')}`);
  process.exit(2);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Tells each step in a line as soon as it is done. */
function stepper(version: string): Step {
  return async (name, run) => {
    const beganMs = performance.now();
    const seconds = () => `${((performance.now() - beganMs) / 1_000).toFixed(1).padStart(5)} s`;
    try {
      const said = await run();
      say(`${version}  ${seconds()}  ${name}${said === undefined ? '' : `: ${said}`}`);
    } catch (error) {
      say(`${version}  ${seconds()}  FAILED: ${name}`);
      throw error;
    }
  };
}

/** Packs the plugin as it would be published. */
async function pack(folder: string): Promise<string> {
  const args = ['pack', '--json', '--ignore-scripts', '--loglevel=error', '--pack-destination', folder];
  const { code, output } = await runProgram('npm', args, {
    cwd: PLUGIN,
    env: process.env,
    limitMs: PACK_LIMIT_MS,
  });
  if (code !== 0) throw new Error(`the plugin can't be packed:\n${output}`);
  const [{ filename }] = JSON.parse(output.slice(output.indexOf('['))) as [{ filename: string }];
  return join(folder, filename);
}

const folder = mkdtempSync(join(tmpdir(), 'harborforge-e2e-'));
const removeStrays = watchStrayFolders();
/** What must be ended, the last one first. */
const ends: (() => unknown)[] = [];

async function endAll(): Promise<void> {
  for (let end = ends.pop(); end !== undefined; end = ends.pop()) await end();
}

process.on('exit', () => {
  killAllGroups();
  rmSync(folder, { recursive: true, force: true });
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void endAll().finally(() => process.exit(1)));
}
after(() => {
  const removed = removeStrays();
  if (removed.length > 0) say(`taken away from the system's temp folder: ${removed.join(', ')}`);
});

/** Fetches a host, or finds it in the cache. Without the registry there is nothing to be tested, and that is a failure. */
async function provide(version: string): Promise<InstalledHost> {
  try {
    let installed!: InstalledHost;
    await stepper(version)('the host is installed', async () => {
      installed = await installHost(version);
      return installed.wasFetched ? 'from the registry' : 'from the cache';
    });
    return installed;
  } catch (error) {
    if (!(error instanceof RegistryUnreachable)) throw error;
    say(error.message);
    return process.exit(1);
  }
}

for (const host of HOSTS.filter(({ version }) => wanted.length === 0 || wanted.includes(version))) {
  test(`the plugin on openclaw@${host.version}`, async () => {
    const installed = await provide(host.version);
    try {
      await runScenario(host, installed, await pack(folder), stepper(host.version), (end) => ends.push(end));
    } finally {
      await endAll();
    }
  });
}

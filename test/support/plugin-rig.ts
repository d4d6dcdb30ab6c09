import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { createPlugin } from '#plugin/plugin.js';
import { FakeHost, type HostVersion } from './fake-host.js';
import { temporaryFolder } from './fixtures.js';
import { MonitorRelay, type RelayedRequest } from './monitor-relay.js';
import { PlayedTime } from './played-time.js';
import { until } from './until.js';

const COMMITS = {
  '2026.3.13': '61d171ab0b2fe4abc9afe89c518586274b4b76c2',
  '2026.9.6': 'eb377ac59e6c9fd6c7705028034812becf00271b',
} as const;

/** What each host calls itself. */
export const VERSION_STRINGS = {
  '2026.3.13': 'OpenClaw 2026.3.13 (61d171a)',
  '2026.9.6': 'OpenClaw 2026.9.6 (eb377ac)',
} as const;

/** A host with the plugin in it, in a time of its own. */
export interface PluginRig {
  readonly host: FakeHost;
  readonly time: PlayedTime;
}

/** Makes a host that is installed somewhere and has the plugin. It is not started; it is stopped with the test. */
export function createRig(t: TestContext, version: HostVersion, pluginConfig: unknown): PluginRig {
  const time = new PlayedTime({ entryPath: installHost(t, version) });
  const host = new FakeHost(version, createPlugin(time.surroundings), pluginConfig);
  t.after(() => host.stop());
  return { host, time };
}

/** A host whose plugin finds the real Monitor behind a relay. */
export interface RelayedRig extends PluginRig {
  readonly relay: MonitorRelay;
  /** Resolves when `count` pushes are over, at the Monitor and in the plugin. */
  pushed(count: number): Promise<RelayedRequest[]>;
}

/** Like `createRig`, with a relay to the Monitor that listens on `monitorPort`, which the plugin's configuration points at. */
export async function createRelayedRig(
  t: TestContext,
  version: HostVersion,
  monitorPort: number,
  pluginConfig: object = {},
): Promise<RelayedRig> {
  const relay = await MonitorRelay.start({ after: (end) => t.after(end) }, monitorPort);
  const rig = createRig(t, version, { monitor_port: relay.port, ...pluginConfig });
  const pushed = async (count: number): Promise<RelayedRequest[]> => {
    await relay.settled(count);
    // What is left is the timer of the next push: the one that limits this push is gone.
    await until('the push to be over', () => rig.time.timers <= 1);
    await turn();
    return relay.pushes;
  };
  return { ...rig, relay, pushed };
}

/** Lays out a host's package as far as its version goes. Returns its start script. */
export function installHost(t: TestContext, version: HostVersion): string {
  const folder = join(temporaryFolder(t), 'node_modules', 'openclaw');
  mkdirSync(join(folder, 'dist'), { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'openclaw', version }));
  writeFileSync(
    join(folder, 'dist', 'build-info.json'),
    JSON.stringify({ version, commit: COMMITS[version] }),
  );
  const script = join(folder, 'openclaw.mjs');
  writeFileSync(script, '');
  return script;
}

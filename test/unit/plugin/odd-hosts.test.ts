import assert from 'node:assert/strict';
import { test } from 'node:test';
import { currentConfig, currentPluginConfig, type HostApi } from '#plugin/host.js';
import { createLog } from '#plugin/log.js';
import { createPlugin } from '#plugin/plugin.js';
import { PlayedTime } from '../../support/played-time.js';

const fails = (): never => {
  throw new Error('this host is retired');
};
const allThrows = new Proxy({}, { get: fails, has: fails, ownKeys: fails }) as HostApi;

const ODD_HOSTS: Readonly<Record<string, unknown>> = {
  'a host without anything': {},
  'a host whose every member throws': allThrows,
  'a host whose calls throw': { on: fails, registerTool: fails, logger: { debug: fails, info: fails } },
  'a host with things of the wrong kind': {
    on: 'on',
    registerTool: 7,
    logger: 'console',
    runtime: null,
    config: 3,
  },
  'no host at all': undefined,
};

for (const [what, api] of Object.entries(ODD_HOSTS)) {
  test(`registering with ${what} throws nothing`, () => {
    const time = new PlayedTime();
    createPlugin(time.surroundings).register(api as HostApi);
    assert.equal(time.timers, 0);
  });
  test(`logging to ${what} and reading its configuration throws nothing`, () => {
    const log = createLog(api as HostApi, 'harborforge');
    log.info('hello');
    log.debug('hello');
    currentConfig(api as HostApi);
    currentPluginConfig(api as HostApi, 'harborforge');
  });
}

test('a hook that throws at registration does not block the others', () => {
  const registered: string[] = [];
  const api = {
    on: (hook: string) => {
      if (hook === 'gateway_start') fails();
      registered.push(hook);
    },
    registerTool: (tool: { name: string }) => void registered.push(tool.name),
  };
  createPlugin(new PlayedTime().surroundings).register(api as HostApi);
  assert.deepEqual(registered, ['gateway_stop', 'harborforge_telemetry']);
});

test('odd events and contexts start and stop the pusher without an error', async () => {
  for (const context of [
    undefined,
    null,
    7,
    'x',
    [],
    allThrows,
    { abortSignal: 'soon' },
    { abortSignal: {} },
  ]) {
    const hooks = new Map<string, (event: unknown, context: unknown) => unknown>();
    const time = new PlayedTime();
    const on = (hook: string, handler: (event: unknown, context: unknown) => unknown) =>
      void hooks.set(hook, handler);
    createPlugin(time.surroundings).register({ on } as HostApi);
    await hooks.get('gateway_start')?.(context, context);
    assert.equal(time.timers, 1);
    await hooks.get('gateway_stop')?.(context, context);
    assert.equal(time.timers, 0);
  }
});

test("the logger is called as its own method, with the plugin's name before the text", () => {
  class Logger {
    readonly told: string[] = [];
    info(text: string): void {
      this.told.push(text);
    }
  }
  const logger = new Logger();
  createLog({ logger }, 'harborforge').info('reached');
  assert.deepEqual(logger.told, ['harborforge: reached']);
});

test('the configuration is the live one, else that of the registration', () => {
  const config = { from: 'registration' };
  const live = { from: 'host' };
  assert.equal(currentConfig({ config, runtime: { config: { current: () => live } } }), live);
  assert.equal(currentConfig({ config, runtime: { config: { loadConfig: () => live } } }), live);
  assert.equal(
    currentConfig({ config, runtime: { config: { current: fails, loadConfig: () => live } } }),
    live,
  );
  assert.equal(currentConfig({ config, runtime: { config: { loadConfig: fails } } }), config);
  assert.equal(currentConfig({ config, runtime: { config: { current: () => null } } }), config);
  assert.equal(currentConfig({ config }), config);
});

test("the plugin's configuration is the live one, else that of the registration", () => {
  const withEntry = (entry: unknown) => ({ plugins: { entries: { harborforge: entry } } });
  const pluginConfig = { monitor_port: 1 };
  const live = (entry: unknown): HostApi => ({
    pluginConfig,
    runtime: { config: { current: () => withEntry(entry) } },
  });
  assert.deepEqual(currentPluginConfig(live({ config: { monitor_port: 2 } }), 'harborforge'), {
    monitor_port: 2,
  });
  assert.equal(currentPluginConfig(live({}), 'harborforge'), pluginConfig);
  assert.equal(currentPluginConfig({ pluginConfig }, 'harborforge'), pluginConfig);
});

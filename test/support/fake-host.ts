import type { HostApi } from '#plugin/host.js';
import type { Plugin } from '#plugin/plugin.js';
import type { Tool, ToolResult } from '#plugin/telemetry-tool.js';

/** The hosts that the plugin runs on, oldest first. */
export const HOST_VERSIONS = ['2026.3.13', '2026.9.6'] as const;
export type HostVersion = (typeof HOST_VERSIONS)[number];

export interface HostAgent {
  readonly id: string;
  readonly name?: string;
  readonly default?: boolean;
}

interface Registration {
  readonly hooks: Map<string, ((event: unknown, context: unknown) => unknown)[]>;
  readonly tools: Tool[];
}

/** What a host was told, a line each. */
export interface HostLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly text: string;
}

const GATEWAY_PORT = 28_789;

/**
 * A host as the plugin sees it, in the shape of one of the two versions: what `api` has, how often `register` is called, what the hooks
 * are given, where the live configuration is.
 */
export class FakeHost {
  readonly lines: HostLine[] = [];
  /** The agents in the configuration file, which may be edited. The first is the system agent. */
  agents: HostAgent[] = [
    { id: 'main', name: 'Main Agent', default: true },
    { id: 'ops', name: 'Ops Agent' },
  ];
  /** The plugin's own configuration. */
  pluginConfig: unknown;
  /** Merged into every `api`: for odd shapes. */
  oddities: object = {};
  readonly #version: HostVersion;
  readonly #plugin: Plugin;
  #registration: Registration = { hooks: new Map(), tools: [] };
  #drain = new AbortController();

  constructor(version: HostVersion, plugin: Plugin, pluginConfig: unknown = {}) {
    this.#version = version;
    this.#plugin = plugin;
    this.pluginConfig = pluginConfig;
  }

  /** Registers the plugin, as the host does at start and again later; the hooks and tools of the newest registration count. */
  register(): void {
    const registration: Registration = { hooks: new Map(), tools: [] };
    this.#registration = registration;
    this.#plugin.register(this.#api(registration));
  }

  /** Starts the gateway: registers as often as the version does, and calls gateway_start. */
  async start(): Promise<void> {
    this.register();
    if (this.#version === '2026.9.6') {
      const full = this.#registration;
      this.register();
      this.#registration = full;
    }
    this.#drain = new AbortController();
    await this.gatewayStart();
  }

  async gatewayStart(): Promise<void> {
    await this.#run('gateway_start', { port: GATEWAY_PORT }, this.#startContext());
  }

  async gatewayStop(reason = 'gateway stopping'): Promise<void> {
    await this.#run('gateway_stop', { reason }, { port: GATEWAY_PORT });
  }

  /** Ends the gateway as the version does it: on 2026.9.6 the signal comes before gateway_stop. */
  async stop(reason = 'gateway stopping'): Promise<void> {
    if (this.#version === '2026.9.6') this.abort();
    await this.gatewayStop(reason);
  }

  /** Begins to drain: only 2026.9.6 tells it. */
  abort(): void {
    this.#drain.abort();
  }

  /** The signal that gateway_start was given. */
  get drainSignal(): AbortSignal {
    return this.#drain.signal;
  }

  /** What a config edit does on 2026.9.6: the plugin is replaced in the same process. */
  async replacePlugin(): Promise<void> {
    await this.gatewayStop('plugin replacement');
    this.register();
    await this.gatewayStart();
  }

  /** Calls the tool; 2026.3.13 registers the plugin again before the first call. */
  async callTool(args?: unknown, signal?: AbortSignal): Promise<ToolResult> {
    if (this.#version === '2026.3.13') this.register();
    const tool = this.#registration.tools[0];
    if (tool === undefined) throw new Error('the plugin has registered no tool');
    return tool.execute('call-1', args, signal);
  }

  get tools(): readonly Tool[] {
    return this.#registration.tools;
  }

  /** The lines of one level. */
  linesAt(level: HostLine['level']): string[] {
    return this.lines.filter((line) => line.level === level).map(({ text }) => text);
  }

  /** The configuration as the host reads it from its file now. */
  #config(): object {
    const plugins = { entries: { harborforge: { enabled: true, config: this.pluginConfig } } };
    if (this.#version === '2026.3.13') return { agents: { list: this.agents }, plugins };
    const entries = Object.fromEntries(this.agents.map(({ id, name }) => [id, { name }]));
    const defaults = { systemAgent: { agentId: this.agents[0]?.id } };
    return { agents: { ownership: 'explicit', defaults, entries }, plugins };
  }

  #api(registration: Registration): HostApi {
    const say = (level: HostLine['level']) => (text: string) => void this.lines.push({ level, text });
    const live = () => this.#config();
    const isOld = this.#version === '2026.3.13';
    return {
      id: 'harborforge',
      name: 'HarborForge',
      version: '0.2.0',
      source: '/extensions/harborforge/dist/index.js',
      config: this.#config(),
      pluginConfig: this.pluginConfig,
      runtime: isOld
        ? { version: '0.0.0', config: { loadConfig: live, writeConfigFile: () => {} } }
        : { version: '2026.9.6', config: { current: live } },
      logger: { debug: say('debug'), info: say('info'), warn: say('warn'), error: say('error') },
      ...(isOld ? {} : { registrationMode: 'full', rootDir: '/extensions/harborforge' }),
      on: (hook: string, handler: (event: unknown, context: unknown) => unknown) => {
        registration.hooks.set(hook, [...(registration.hooks.get(hook) ?? []), handler]);
      },
      registerTool: (tool: unknown) => void registration.tools.push(tool as Tool),
      ...this.oddities,
    } as HostApi;
  }

  #startContext(): object {
    if (this.#version === '2026.3.13') return { port: GATEWAY_PORT };
    const config = this.#config();
    const getCron = () => undefined;
    return { port: GATEWAY_PORT, config, workspaceDir: '/ws', abortSignal: this.#drain.signal, getCron };
  }

  async #run(hook: string, event: object, context: object): Promise<void> {
    for (const handler of this.#registration.hooks.get(hook) ?? []) await handler(event, context);
  }
}

/** An agent as the test configures it. */
export interface ConfiguredAgent {
  readonly id: string;
  readonly name: string;
}

/** One of the hosts that the plugin is made for, and where it differs from the other. */
export interface Host {
  readonly version: string;
  /** What it must be called at the backend. */
  readonly versionString: string;
  /** Arguments of its command that installs a tarball. */
  installArguments(tarball: string): string[];
  /** What it says at each installation from a file, whatever is installed. */
  readonly usualRemark: RegExp;
  /** Its own plugins that are on by default and of no use here: it would compile them for a minute. */
  readonly unusedPlugins: readonly string[];
  /** The `agents` of its configuration. The first agent is the default. */
  agentsConfig(agents: readonly ConfiguredAgent[], workspace: string): object;
}

export const HOSTS: readonly Host[] = [
  {
    version: '2026.3.13',
    versionString: 'OpenClaw 2026.3.13 (61d171a)',
    installArguments: (tarball) => ['plugins', 'install', tarball],
    usualRemark: /plugins\.allow is empty.*/,
    unusedPlugins: ['device-pair', 'ollama', 'phone-control', 'sglang', 'talk-voice', 'vllm'],
    agentsConfig: (agents, workspace) => ({
      defaults: { workspace },
      list: agents.map((agent, index) => (index === 0 ? { ...agent, default: true } : agent)),
    }),
  },
  {
    version: '2026.9.6',
    versionString: 'OpenClaw 2026.9.6 (eb377ac)',
    installArguments: (tarball) => [
      'plugins',
      'install',
      `npm-pack:${tarball}`,
      '--force',
      '--accept-capabilities',
    ],
    usualRemark: /WARNING - Installing plugin from local npm-pack archive:.*/,
    unusedPlugins: [],
    agentsConfig: (agents, workspace) => ({
      ownership: 'explicit',
      defaults: {
        workspace,
        systemAgent: { agentId: agents[0]?.id },
        heartbeat: { agentId: agents[0]?.id, every: '0m' },
      },
      entries: Object.fromEntries(agents.map(({ id, name }) => [id, { name }])),
    }),
  },
];

import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { freePort } from '../support/free-port.js';
import { type Ended, killGroup, runProgram, startProgram } from '../support/programs.js';
import type { ConfiguredAgent, Host } from './hosts.js';
import type { InstalledHost } from './packages.js';

const COMMAND_LIMIT_MS = 120_000;
const START_LIMIT_MS = 120_000;
const STOP_LIMIT_MS = 30_000;
const LOOK_EVERY_MS = 100;

/** A host's configuration file, as far as the test touches it. */
interface ConfigFile {
  agents?: object;
  plugins?: { entries?: Record<string, object>; [key: string]: unknown };
  [key: string]: unknown;
}

/** A real OpenClaw with a home, a state and a configuration of its own, in a folder that is removed with it. */
export class Gateway {
  readonly port: number;
  readonly #host: Host;
  readonly #installed: InstalledHost;
  readonly #folder = mkdtempSync(join(tmpdir(), 'harborforge-e2e-'));
  readonly #token = randomBytes(16).toString('hex');
  #child: ChildProcess | null = null;
  #exit: Promise<number | string> = Promise.resolve('not started');
  #output = '';

  private constructor(host: Host, installed: InstalledHost, port: number) {
    this.#host = host;
    this.#installed = installed;
    this.port = port;
    for (const name of ['home', 'tmp', 'ws']) mkdirSync(join(this.#folder, name));
  }

  static async create(host: Host, installed: InstalledHost): Promise<Gateway> {
    return new Gateway(host, installed, await freePort());
  }

  /** What it wrote to its standard output and error. */
  get output(): string {
    return this.#output;
  }

  /** Writes a configuration in which the plugin is not yet. */
  configure(agents: readonly ConfiguredAgent[]): void {
    const unused = this.#host.unusedPlugins.map((id) => [id, { enabled: false }] as const);
    this.#write({
      gateway: {
        mode: 'local',
        port: this.port,
        bind: 'loopback',
        auth: { mode: 'token', token: this.#token },
      },
      logging: { file: join(this.#folder, 'openclaw.log'), level: 'debug' },
      agents: this.#agentsConfig(agents),
      plugins: { slots: { memory: 'none' }, entries: Object.fromEntries(unused) },
    });
  }

  /** Edits the list of agents, as an operator does in the file. */
  editAgents(agents: readonly ConfiguredAgent[]): void {
    this.#write({ ...this.#read(), agents: this.#agentsConfig(agents) });
  }

  /** Gives the plugin its configuration. The plugin is installed by now: 2026.3.13 does not start with the name of one that is not. */
  configurePlugin(config: object): void {
    const file = this.#read();
    const { entries = {}, ...rest } = file.plugins ?? {};
    const harborforge = { ...entries['harborforge'], enabled: true, config };
    this.#write({
      ...file,
      plugins: {
        ...rest,
        allow: ['harborforge'],
        entries: { ...entries, harborforge },
      },
    });
  }

  /** Runs one of the host's commands to its end. */
  command(...args: string[]): Promise<Ended> {
    const { node, script } = this.#installed;
    return runProgram(node, [script, ...args], {
      cwd: this.#folder,
      env: this.#env(),
      limitMs: COMMAND_LIMIT_MS,
    });
  }

  /** Starts the gateway, and resolves when it is up. */
  async start(): Promise<void> {
    const { node, script } = this.#installed;
    const args = [script, 'gateway', 'run', '--port', String(this.port), '--bind', 'loopback'];
    const child = startProgram(node, args, { cwd: this.#folder, env: this.#env() }, (text) => {
      this.#output += text;
    });
    this.#child = child;
    let ended: number | string | null = null;
    this.#exit = once(child, 'close').then(([code, signal]) => {
      ended = (code ?? signal) as number | string;
      return ended;
    });
    const endMs = performance.now() + START_LIMIT_MS;
    while (!(await this.isUp())) {
      if (ended !== null || performance.now() > endMs) {
        throw new Error(`the gateway did not start (${ended ?? 'it takes too long'}):\n${this.#output}`);
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  }

  /** Whether it says that it is up. */
  async isUp(): Promise<boolean> {
    try {
      const answer = await fetch(`http://127.0.0.1:${this.port}/healthz`);
      await answer.text();
      return answer.ok;
    } catch {
      return false;
    }
  }

  /** Calls a tool as an agent would, without a model. Resolves with the text that the agent would read. */
  async callTool(tool: string, args: object): Promise<string> {
    const answer = await fetch(`http://127.0.0.1:${this.port}/tools/invoke`, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.#token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ tool, args, agentId: 'main' }),
    });
    const text = await answer.text();
    if (answer.status !== 200) throw new Error(`the tool was answered HTTP ${answer.status}: ${text}`);
    const body = JSON.parse(text) as { ok: boolean; result: { content: { type: string; text: string }[] } };
    return body.result.content.map((part) => part.text).join('\n');
  }

  /** Sends SIGTERM, and resolves with how the gateway ended. */
  async stop(): Promise<number | string> {
    this.#child?.kill('SIGTERM');
    const timer = setTimeout(() => killGroup(this.#child?.pid), STOP_LIMIT_MS);
    try {
      return await this.#exit;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Ends the gateway whatever state it is in, with all that it started, and takes its folder away. */
  async remove(): Promise<void> {
    if (this.#child !== null) {
      killGroup(this.#child.pid);
      await this.#exit;
    }
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }

  #agentsConfig(agents: readonly ConfiguredAgent[]): object {
    return this.#host.agentsConfig(agents, join(this.#folder, 'ws'));
  }

  #read(): ConfigFile {
    return JSON.parse(readFileSync(join(this.#folder, 'openclaw.json'), 'utf8')) as ConfigFile;
  }

  #write(config: ConfigFile): void {
    writeFileSync(join(this.#folder, 'openclaw.json'), `${JSON.stringify(config, null, 2)}\n`, {
      mode: 0o600,
    });
  }

  /** The whole environment: nothing of the operator's own OpenClaw is touched. */
  #env(): NodeJS.ProcessEnv {
    return {
      PATH: `${dirname(this.#installed.node)}:${process.env['PATH'] ?? ''}`,
      HOME: join(this.#folder, 'home'),
      TMPDIR: join(this.#folder, 'tmp'),
      OPENCLAW_STATE_DIR: this.#folder,
      OPENCLAW_CONFIG_PATH: join(this.#folder, 'openclaw.json'),
      OPENCLAW_SKIP_CHANNELS: '1',
      OPENCLAW_SKIP_CRON: '1',
      OPENCLAW_NO_AUTO_UPDATE: '1',
      OPENCLAW_NO_RESPAWN: '1',
      NO_COLOR: '1',
    };
  }
}

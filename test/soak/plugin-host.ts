import plugin from '#plugin/index.js';
import { FakeHost } from '../support/fake-host.js';

export const PUSH_SECONDS = 3;
/** How often the gateway's agents change. */
const CHANGE_MS = 7_000;
const PREFIX = 'agent-';

/** A push as the plugin tells of it. */
export interface Push {
  readonly atMs: number;
  readonly isAccepted: boolean;
}

/** A gateway with the plugin as it is packed, in real time, whose agents change now and then. */
export class PluginHost {
  /** When each generation of agents came into being, performance.now(). */
  readonly changes: number[] = [];
  readonly pushes: Push[] = [];
  readonly startMs: number;
  readonly #host: FakeHost;
  readonly #timer: NodeJS.Timeout;

  private constructor(host: FakeHost) {
    this.#host = host;
    this.startMs = performance.now();
    this.#timer = setInterval(() => this.#change(), CHANGE_MS);
  }

  /** Starts it; it pushes to the Monitor at `port`, first in two seconds. */
  static async start(port: number): Promise<PluginHost> {
    const host = new FakeHost('2026.9.6', plugin, { monitor_port: port, reportIntervalSec: PUSH_SECONDS });
    const self = new PluginHost(host);
    const take = (text: string): void => self.#take(text);
    host.oddities = { logger: { debug: take, info: take, warn: take, error: take } };
    self.#change();
    await host.start();
    return self;
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#host.stop();
  }

  #change(): void {
    const generation = this.changes.push(performance.now()) - 1;
    this.#host.agents = [{ id: 'main', default: true }, { id: `${PREFIX}${generation}` }];
  }

  #take(text: string): void {
    const isAccepted = /told the Monitor|: reached the Monitor/.test(text);
    const isFailed = /lost the Monitor|is not reached/.test(text);
    if (isAccepted || isFailed) this.pushes.push({ atMs: performance.now(), isAccepted });
  }
}

/** Which generation of agents a heartbeat tells of; null: none. */
export function generationOf(body: string): number | null {
  const match = new RegExp(`"id":"${PREFIX}(\\d+)"`).exec(body);
  return match === null ? null : Number(match[1]);
}

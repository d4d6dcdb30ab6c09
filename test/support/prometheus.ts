import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Cleanup } from './bridge-client.js';
import { freePort } from './free-port.js';
import { killGroup, startProgram } from './programs.js';
import { until } from './until.js';

/** False when Prometheus and promtool are there, else why what needs them is skipped. */
export const missingPrometheus: string | false =
  ['prometheus', 'promtool'].some((name) => spawnSync(name, ['--version']).status !== 0) &&
  'Prometheus is not installed (apt-get install prometheus)';

/** The path of something in deploy/. */
export function deployPath(...parts: string[]): string {
  return join(fileURLToPath(new URL('../../../deploy', import.meta.url)), ...parts);
}

/** Runs promtool with `input`, and returns how it ended and all that it said. */
export function runPromtool(args: readonly string[], input = ''): { code: number | null; said: string } {
  const { status, stdout, stderr } = spawnSync('promtool', args, { input, encoding: 'utf8' });
  return { code: status, said: stdout + stderr };
}

/** A series of an answer to a query. */
export interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [atSeconds: number, value: string];
}

/** Something that is scraped. */
export interface Target {
  readonly labels: Readonly<Record<string, string>>;
  readonly health: 'up' | 'down' | 'unknown';
  readonly lastError: string;
}

interface Rule {
  readonly name: string;
  readonly health: string;
  readonly lastError?: string;
}

/** A real Prometheus server on a free port of 127.0.0.1. */
export class PrometheusServer {
  readonly #address: string;
  #said = '';

  private constructor(port: number) {
    this.#address = `127.0.0.1:${port}`;
  }

  /** Starts one with its configuration in `folder`/prometheus.yml and its data beside it; it ends with the tests. */
  static async start(cleanup: Cleanup, folder: string): Promise<PrometheusServer> {
    const server = new PrometheusServer(await freePort());
    const child = startProgram(
      'prometheus',
      [
        `--config.file=${join(folder, 'prometheus.yml')}`,
        `--storage.tsdb.path=${join(folder, 'data')}`,
        `--web.listen-address=${server.#address}`,
        '--log.level=warn',
      ],
      { cwd: folder, env: { PATH: process.env['PATH'] } },
      (text) => {
        server.#said += text;
      },
    );
    cleanup.after(async () => {
      const ended = new Promise((resolve) => child.on('close', resolve));
      killGroup(child.pid);
      await ended;
    });
    await until('Prometheus to be ready', async () => {
      if (child.exitCode !== null) throw new Error(`Prometheus ended: ${server.#said}`);
      return fetch(`http://${server.#address}/-/ready`).then(
        ({ ok }) => ok,
        () => false,
      );
    });
    return server;
  }

  /** The series that `expression` gives now. */
  async query(expression: string): Promise<readonly Series[]> {
    const { result } = await this.#get<{ result: readonly Series[] }>('query', { query: expression });
    return result;
  }

  /** The value of the one series that `expression` gives now; null: there is none. */
  async value(expression: string): Promise<number | null> {
    const series = await this.query(expression);
    if (series.length > 1) throw new Error(`${series.length} series of ${expression}`);
    return series[0] === undefined ? null : Number(series[0].value[1]);
  }

  async targets(): Promise<readonly Target[]> {
    const { activeTargets } = await this.#get<{ activeTargets: readonly Target[] }>('targets', {});
    return activeTargets;
  }

  async rules(): Promise<readonly Rule[]> {
    const { groups } = await this.#get<{ groups: readonly { rules: readonly Rule[] }[] }>('rules', {});
    return groups.flatMap(({ rules }) => rules);
  }

  /** What was told of a metric's family beside its samples. */
  async metadata(metric: string): Promise<readonly { type: string; unit: string; help: string }[]> {
    const all = await this.#get<Record<string, { type: string; unit: string; help: string }[]>>('metadata', {
      metric,
    });
    return all[metric] ?? [];
  }

  async #get<Data>(path: string, parameters: Readonly<Record<string, string>>): Promise<Data> {
    const answer = await fetch(`http://${this.#address}/api/v1/${path}?${new URLSearchParams(parameters)}`);
    const body = (await answer.json()) as { status: string; data: Data; error?: string };
    if (body.status !== 'success') throw new Error(`${path} ${JSON.stringify(parameters)}: ${body.error}`);
    return body.data;
  }
}

import { readFileSync } from 'node:fs';
import { deployPath } from './prometheus.js';

/** One Monitor to scrape. */
export interface ScrapeJob {
  readonly job: string;
  readonly port: number;
  /** The file with the bridge's token. */
  readonly tokenFile?: string;
}

/** The example in deploy/, with a job for each Monitor made from its one job, and a second between scrapes. */
export function prometheusConfig(jobs: readonly ScrapeJob[]): string {
  const example = readFileSync(deployPath('prometheus/prometheus.yml'), 'utf8');
  const [head = '', job = ''] = example.split(/(?<=^scrape_configs:\n)/m);
  const copies = jobs.map(({ job: name, port, tokenFile }) => {
    const copy = job.replace('harborforge-monitor', name).replace('127.0.0.1:7311', `127.0.0.1:${port}`);
    if (tokenFile === undefined) return copy;
    return copy
      .replace('# authorization:', 'authorization:')
      .replace(/#( +credentials_file:) .*/, (_, words: string) => ` ${words} ${tokenFile}`)
      .replace(/^ {5,7}(?= credentials_file)/m, '     ');
  });
  return head.replace(/_interval: 15s/g, '_interval: 1s') + copies.join('');
}

interface Dashboard {
  readonly panels: readonly {
    readonly title: string;
    readonly targets: readonly { readonly expr: string }[];
  }[];
  readonly annotations: { readonly list: readonly { readonly name: string; readonly expr: string }[] };
}

/** What the dashboard asks of Prometheus, panel by panel, with its variables standing for `job` and all of its instances. */
export function dashboardQueries(job: string): readonly { readonly title: string; readonly query: string }[] {
  const { panels, annotations } = JSON.parse(
    readFileSync(deployPath('grafana/harborforge-monitor.json'), 'utf8'),
  ) as Dashboard;
  const queries = panels.flatMap(({ title, targets }) => targets.map(({ expr }) => ({ title, expr })));
  return queries
    .concat(annotations.list.map(({ name: title, expr }) => ({ title, expr })))
    .map(({ title, expr }) => ({
      title,
      query: expr.replaceAll('$job', job).replaceAll('$instance', '.*').replaceAll('$__rate_interval', '10s'),
    }));
}

/** The names of our metrics in an expression, or in many. */
export function metricNamesIn(text: string): string[] {
  const names = text.match(/\b(harborforge|process)_[a-z0-9_]+\b(?![-."])/g) ?? [];
  return [...new Set(names)].sort();
}

/** The metrics of which docs/wire.md tells; there, `a_{b,c}` stands for two names, other braces for labels. */
export function documentedMetrics(): string[] {
  const text = readFileSync(deployPath('../docs/wire.md'), 'utf8');
  const [, section = ''] = /^### GET \/metrics$(.*?)^### /ms.exec(text) ?? [];
  const columns = section.split('\n').map((line) => /^\| (`.*?) \|/.exec(line)?.[1] ?? '');
  const written = columns.flatMap((column) =>
    [...column.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name),
  );
  const names = written.flatMap((name) => {
    const whole = /^(harborforge|process)_/.test(name) ? name : `harborforge_${name}`;
    const [, start = '', choice = '', end = ''] = /^(.*_)\{([^}]+)\}([a-z_]*)/.exec(whole) ?? [];
    if (choice !== '') return choice.split(',').map((each) => `${start}${each}${end}`);
    return [whole.replace(/\{.*/, '')];
  });
  return names.sort();
}

import assert from 'node:assert/strict';
import { chmodSync, copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { fileCleanup, push, startBridge, telemetryWhen } from '../support/bridge-client.js';
import { missingUws } from '../support/bridge-transports.js';
import { temporaryFolder } from '../support/fixtures.js';
import { API_KEY } from '../support/heartbeat-daemon.js';
import { deployPath, missingPrometheus, PrometheusServer, runPromtool } from '../support/prometheus.js';
import {
  dashboardQueries,
  documentedMetrics,
  metricNamesIn,
  prometheusConfig,
} from '../support/prometheus-files.js';
import { parseExposition } from '../support/prometheus-text.js';
import { rawRequest } from '../support/raw-http.js';
import { ReferenceBackend } from '../support/reference-backend.js';
import { until } from '../support/until.js';

const TOKEN = 'a-token-of-the-bridge-0123';
/** What a label has to carry: all that is escaped, and what is not ASCII. */
const IDENTIFIER = 'vps "t1" \\ {a="b"} ä🚢';
const VERSIONS = { version: 'OpenClaw 2026.3.13\n"x" \\', plugin_version: '0.2.0\0' };

const ALL = 'harborforge-monitor';
const JOBS = [ALL, 'node-http', 'token'];

/** What a kernel without pressure has nothing to tell of. */
const isMissing = (name: string) => !existsSync('/proc/pressure') && name.startsWith('harborforge_pressure_');

describe('a real Prometheus', { skip: missingPrometheus }, () => {
  const cleanup = fileCleanup();
  let prometheus: PrometheusServer;
  /** The ports of the Monitors, in the order of JOBS. */
  let ports: readonly number[];

  /** Waits for `count` more scrapes of the first job. */
  async function scraped(count: number): Promise<void> {
    const expression = `count_over_time(up{job="${ALL}"}[1h])`;
    const start = (await prometheus.value(expression)) ?? 0;
    await until('scrapes', async () => ((await prometheus.value(expression)) ?? 0) >= start + count);
  }

  /** What the Monitor of which there is most to tell answers once all of it is known. */
  function everythingTold(): Promise<string> {
    return until('an answer with all there is', async () => {
      const { body } = await rawRequest(ports[0]!, 'GET', '/metrics');
      const isWhole =
        /^harborforge_cpu_usage_ratio /m.test(body) &&
        /^harborforge_cpu_busy_ratio_count /m.test(body) &&
        /^harborforge_cpu_hottest_core_ratio /m.test(body) &&
        /^harborforge_heartbeat_accepted_/m.test(body);
      return isWhole && body;
    });
  }

  before(async () => {
    if (missingPrometheus) return;
    const folder = temporaryFolder(cleanup);
    const tokenFile = join(folder, 'token');
    writeFileSync(tokenFile, `${TOKEN}\n`);
    chmodSync(tokenFile, 0o600);
    const backend = await ReferenceBackend.start({ apiKey: API_KEY });
    cleanup.after(() => backend.stop());
    const [everything, plain, guarded] = await Promise.all([
      startBridge(cleanup, {
        MONITOR_BRIDGE_TRANSPORT: missingUws() ? 'node-http' : 'uws',
        MONITOR_IDENTIFIER: IDENTIFIER,
        MONITOR_BACKEND_URL: backend.url,
        MONITOR_API_KEY: API_KEY,
        MONITOR_REPORT_INTERVAL_SEC: '1',
      }),
      startBridge(cleanup, { MONITOR_BRIDGE_TRANSPORT: 'node-http' }),
      startBridge(cleanup, { MONITOR_BRIDGE_TOKEN_FILE: tokenFile }),
    ]);
    ports = [everything.port, plain.port, guarded.port];
    await push(everything.port, VERSIONS);
    const jobs = JOBS.map((job, i) => ({ job, port: ports[i]!, ...(job === 'token' ? { tokenFile } : {}) }));
    writeFileSync(join(folder, 'prometheus.yml'), prometheusConfig(jobs));
    copyFileSync(deployPath('prometheus/alerts.yml'), join(folder, 'alerts.yml'));
    prometheus = await PrometheusServer.start(cleanup, folder);
    await backend.arrival(({ heartbeat }) => heartbeat !== null);
    await until('all jobs to be scraped', async () =>
      (await prometheus.targets()).every(({ health }) => health !== 'unknown'),
    );
    await scraped(2);
  });

  test('scrapes them on both transports, and with the token from its file', async () => {
    const targets = await prometheus.targets();
    const seen = targets.map(({ labels, health, lastError }) => [labels['job'], health, lastError]);
    assert.deepEqual(seen.sort(), JOBS.map((job) => [job, 'up', '']).sort());
    for (const job of JOBS) {
      const isUp = async () => (await prometheus.value(`harborforge_up{job="${job}"}`)) === 1;
      await until(`${job} to be sampled`, isUp);
    }
    assert.equal((await rawRequest(ports[2]!, 'GET', '/metrics')).status, 401);
  });

  test('asks for OpenMetrics, and takes types and units from it', async () => {
    const told = (type: string, unit: string) => ({ type, unit });
    for (const [family, expected] of [
      ['harborforge_cpu_seconds', told('counter', 'seconds')],
      ['harborforge_cpu_usage_ratio', told('gauge', 'ratio')],
      ['harborforge_disk_size_bytes', told('gauge', 'bytes')],
      ['harborforge_build', told('info', '')],
      ['harborforge_cpu_busy_ratio', told('histogram', 'ratio')],
    ] as const) {
      const [metadata] = await prometheus.metadata(family);
      assert.deepEqual({ type: metadata?.type, unit: metadata?.unit }, expected, family);
    }
  });

  test('has the values that /telemetry tells', async () => {
    const of = (metric: string) => prometheus.value(`${metric}{job="${ALL}"}`);
    // The host goes on between a scrape and the request: whatever is even at last was even.
    await until('the same load, uptime and sites', async () => {
      const snapshot = await telemetryWhen(
        ports[0]!,
        ({ cpu_pct, disk_pct }) => cpu_pct !== null && disk_pct !== null,
      );
      const [load1, load15, installed, sites, uptime] = await Promise.all(
        ['load1', 'load15', 'nginx_installed', 'nginx_sites', 'host_uptime_seconds'].map((name) =>
          of(`harborforge_${name}`),
        ),
      );
      return (
        load1 === snapshot.load_avg?.[0] &&
        load15 === snapshot.load_avg?.[2] &&
        installed === Number(snapshot.nginx_installed) &&
        sites === (snapshot.nginx_sites?.length ?? null) &&
        Math.abs(uptime! - snapshot.uptime_seconds!) <= 2
      );
    });
    await until('about the same shares', async () => {
      const { mem_pct, disk_pct, swap_pct } = await telemetryWhen(ports[0]!);
      const [mem, disk, swap] = await Promise.all(
        ['memory', 'disk', 'swap'].map((name) => of(`harborforge_${name}_usage_ratio`)),
      );
      return (
        Math.abs(mem! * 100 - mem_pct!) < 1 &&
        Math.abs(disk! * 100 - disk_pct!) < 1 &&
        Math.abs(swap! * 100 - swap_pct!) < 1
      );
    });
  });

  test('sees counters go up', async () => {
    for (const counter of [
      'harborforge_sampler_ticks_total{lane="proc",',
      'harborforge_heartbeats_total{result="accepted",',
      'process_cpu_seconds_total{',
    ]) {
      const expression = `increase(${counter}job="${ALL}"}[1h])`;
      await until(`${counter} to go up`, async () => ((await prometheus.value(expression)) ?? 0) > 0);
    }
  });

  test('knows from the histogram what the busy share stayed below and its mean, of no more time than there was', async () => {
    const of = (series: string) => `rate(harborforge_cpu_busy_ratio_${series}{job="${ALL}"}[10s])`;
    const told = await until('quantiles and a mean', async () => {
      const expressions = [
        `histogram_quantile(0.5, ${of('bucket')})`,
        `histogram_quantile(1, ${of('bucket')})`,
        `${of('sum')} / ${of('count')}`,
        `harborforge_cpu_busy_ratio_count{job="${ALL}"} / 1000`,
        `time() - process_start_time_seconds{job="${ALL}"}`,
      ];
      const values = await Promise.all(expressions.map((expression) => prometheus.value(expression)));
      return values.every((value) => value !== null && Number.isFinite(value)) && (values as number[]);
    });
    const [half, most, mean, seenSeconds, ageSeconds] = told as [number, number, number, number, number];
    const text = JSON.stringify(told);
    // Prometheus extrapolates both rates of the mean, each with an error of its own.
    assert.ok(half >= 0 && half <= most && mean <= most + 1e-3 && most <= 1, text);
    assert.ok(seenSeconds > 0 && seenSeconds < ageSeconds, text);
  });

  test('gets labels whole, whatever is in them', async () => {
    const [host] = await prometheus.query(`harborforge_host_info{job="${ALL}"}`);
    assert.equal(host?.metric['identifier'], IDENTIFIER);
    const [plugin] = await prometheus.query(`harborforge_plugin_info{job="${ALL}"}`);
    assert.equal(plugin?.metric['openclaw_version'], VERSIONS.version);
    assert.equal(plugin?.metric['plugin_version'], '0.2.0\ufffd');
    const [build] = await prometheus.query('harborforge_build_info{job="node-http"}');
    assert.equal(build?.metric['transport'], 'node:http');
  });

  test('has something to show in every panel of the dashboard', async () => {
    const queries = dashboardQueries(ALL);
    assert.ok(queries.length > 20);
    for (const { title, query } of queries) {
      if (title.startsWith('Restarts') || metricNamesIn(query).some(isMissing)) await prometheus.query(query);
      else await until(`${title}: ${query}`, async () => (await prometheus.query(query)).length > 0);
    }
  });

  test('evaluates every alert of the example, and none fires on a host that is well', async () => {
    const rules = await until('all rules to have been evaluated', async () => {
      const all = await prometheus.rules();
      return all.every(({ health }) => health !== 'unknown') && all;
    });
    assert.ok(rules.length > 10);
    for (const { name, health, lastError } of rules) assert.equal(health, 'ok', `${name}: ${lastError}`);
    const wrong = 'HarborForge(MonitorDown|HeartbeatsFail|PluginSilent|LaneDies|MonitorRestarts)';
    const firing = async () => prometheus.query(`ALERTS{alertname=~"${wrong}"}`);
    await until('no such alert', async () => (await firing()).length === 0);
  });

  test('the alerts and the dashboard name no metric that /metrics does not have', async () => {
    const body = await everythingTold();
    const told = new Set(metricNamesIn(body));
    const asked = metricNamesIn(
      ['prometheus/alerts.yml', 'prometheus/alerts.test.yml', 'grafana/harborforge-monitor.json']
        .map((file) => readFileSync(deployPath(file), 'utf8'))
        .join('\n'),
    );
    assert.ok(asked.length > 30, `${asked.length}`);
    assert.deepEqual(
      asked.filter((name) => !told.has(name) && !isMissing(name)),
      [],
    );
  });

  test('the docs tell of every metric, and of no other', async () => {
    const body = await everythingTold();
    const names = new Set(parseExposition(body).map(({ name }) => name));
    assert.deepEqual(
      documentedMetrics().filter((name) => !isMissing(name)),
      [...names].sort(),
    );
  });

  test('finds nothing to complain of in the classic text of both transports', async () => {
    for (const port of ports.slice(0, 2)) {
      const { body } = await rawRequest(port, 'GET', '/metrics');
      assert.deepEqual(runPromtool(['check', 'metrics'], body), { code: 0, said: '' });
    }
  });

  test('takes the example files, and the alerts fire when they should', () => {
    for (const words of [
      'check config prometheus.yml',
      'check rules alerts.yml',
      'test rules alerts.test.yml',
    ]) {
      const [command = '', what = '', file = ''] = words.split(' ');
      const { code, said } = runPromtool([command, what, deployPath('prometheus', file)]);
      assert.equal(code, 0, said);
    }
  });
});

import { createGuard } from './bridge/guard.js';
import { createRoutes, type Transport } from './bridge/routes.js';
import { TelemetryRoute } from './bridge/telemetry.js';
import { createUwsTransport, loadUws } from './bridge/uws.js';
import { Conditions } from './conditions.js';
import { type Config, rereadApiKey } from './config.js';
import { answerHealth } from './health.js';
import { HeartbeatThread } from './heartbeat/thread.js';
import type { Logger } from './log.js';
import { InventoryReader } from './sampling/inventory.js';
import {
  bootThreads,
  type LaneEvents,
  LanePool,
  type LaneWork,
  laneFailed,
  type SamplerThreads,
} from './sampling/pool.js';
import { frameStaleAfterMs, Watchdog } from './sampling/watchdog.js';
import { createClock } from './shared/clock.js';
import { Control, type LaneName } from './shared/control.js';
import { FrameReader } from './shared/frame-store.js';
import {
  createSharedMemory,
  DISK_READER,
  DISK_STORE,
  TELEMETRY_READER,
  TELEMETRY_STORE,
} from './shared/layout.js';
import type { HeartbeatReport, HostInventory, OpenClawMetadata } from './shared/messages.js';

/** The path of the heartbeat endpoint below the backend's URL. */
const HEARTBEAT_PATH = 'monitor/server/heartbeat-v2';

/** How often the disk lane looks, and after how long its values are stale. Not settings; the tests are in more of a hurry. */
export interface Cadences {
  readonly diskMs: number;
  readonly diskStaleAfterMs: number;
  readonly nginxMs: number;
  readonly nginxStaleAfterMs: number;
}

const CADENCES: Cadences = {
  diskMs: 5_000,
  diskStaleAfterMs: 15_000,
  nginxMs: 60_000,
  nginxStaleAfterMs: 180_000,
};

export interface DaemonOptions {
  readonly config: Config;
  readonly log: Logger;
  readonly version: string;
  /** The environment, for reading the API key again and for the PATH along which nginx is looked for. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Something can't go on; whoever started the daemon should stop it and exit with 1. */
  readonly onFatal: (error: Error) => void;
  readonly cadences?: Cadences;
  /** The sampler's threads, if they are up already. */
  readonly threads?: SamplerThreads;
}

export interface Daemon {
  /** The bridge's port. */
  readonly port: number;
  /** Stops everything, within three seconds. Returns false when a thread hangs and the process can't exit in the usual way. */
  stop(): Promise<boolean>;
}

/**
 * Starts the daemon: the bridge first, so that a port that is taken starts nothing, then the lanes, then the heartbeat thread.
 * Thread: main.
 * @throws MonitorError PORT_IN_USE, TRANSPORT_MISSING
 */
export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  const daemon = new RunningDaemon(options);
  await daemon.start();
  return daemon;
}

class RunningDaemon implements Daemon {
  port = 0;
  readonly #options: DaemonOptions;
  readonly #clock = createClock();
  readonly #startMs = this.#clock.monoMs();
  readonly #shared = createSharedMemory();
  readonly #frames = new FrameReader(this.#shared, TELEMETRY_STORE, TELEMETRY_READER.main);
  readonly #diskFrames = new FrameReader(this.#shared, DISK_STORE, DISK_READER.main);
  readonly #staleAfterMs: number;
  readonly #conditions: Conditions;
  readonly #transport: Transport;
  readonly #pool: LanePool;
  readonly #watchdog: Watchdog;
  readonly #heartbeat: HeartbeatThread | null;
  readonly #inventoryReader: InventoryReader;
  #isSampling = false;
  #openclaw: (OpenClawMetadata & { atMonoMs: number }) | null = null;
  #inventory: HostInventory | null = null;
  #hasAcceptedBeat = false;

  constructor(options: DaemonOptions) {
    const { config, log } = options;
    this.#options = options;
    this.#staleAfterMs = frameStaleAfterMs(config.sampleIntervalMs);
    this.#conditions = new Conditions(log);
    this.#transport = this.#createTransport();
    const monoMs = () => this.#clock.monoMs();
    this.#inventoryReader = new InventoryReader(options.env['PATH'] ?? '');
    this.#pool = new LanePool({
      threads: options.threads ?? bootThreads(),
      control: new Control(this.#shared),
      works: this.#laneWorks(),
      events: this.#laneEvents(),
      monoMs,
    });
    this.#watchdog = new Watchdog({
      frames: this.#frames,
      diskFrames: this.#diskFrames,
      conditions: this.#conditions,
      clock: this.#clock,
      staleAfterMs: this.#staleAfterMs,
      budgetPct: config.cpuBudgetPct,
      giveUpProcLane: () => this.#pool.giveUp('proc'),
    });
    this.#heartbeat = this.#createHeartbeat(monoMs);
  }

  async start(): Promise<void> {
    const { config, log, version } = this.#options;
    try {
      this.port = await this.#transport.listen(config.port);
    } catch (error) {
      await this.#pool.stop();
      throw error;
    }
    this.#pool.start();
    this.#watchdog.start();
    log.info({ version, pid: process.pid, identifier: config.identifier }, 'harborforge-monitor started');
    log.info(
      { address: `http://127.0.0.1:${this.port}`, token: config.bridgeToken !== null },
      'bridge listening',
    );
    if (config.backendUrl === undefined) {
      log.info('heartbeats are off: MONITOR_BACKEND_URL is not set');
    } else {
      log.info(
        { backend: config.backendUrl.href, every_seconds: config.reportIntervalSec },
        'heartbeats are on',
      );
    }
  }

  async stop(): Promise<boolean> {
    this.#watchdog.stop();
    this.#transport.close();
    const ended = await Promise.all([
      this.#pool.stop(),
      this.#heartbeat?.stop() ?? true,
      this.#inventoryReader.stop(),
    ]);
    return ended.every(Boolean);
  }

  #createTransport(): Transport {
    const { config, version } = this.#options;
    const telemetry = new TelemetryRoute({
      frames: this.#frames,
      clock: this.#clock,
      staleAfterMs: this.#staleAfterMs,
    });
    const health = () =>
      answerHealth({
        version,
        identifier: config.identifier,
        startMonoMs: this.#startMs,
        staleAfterMs: this.#staleAfterMs,
        budgetPct: config.cpuBudgetPct,
        frames: this.#frames,
        diskFrames: this.#diskFrames,
        monoMs: () => this.#clock.monoMs(),
        problems: () => this.#conditions.list(),
        samplerCpuPct: () => this.#watchdog.state.cpuPct,
        lane: (name) => ({ running: this.#pool.isRunning(name), restarts: this.#pool.restartCount(name) }),
        heartbeat: () => this.#heartbeat?.state ?? null,
        openclaw: () => this.#openclaw,
        inventory: () => this.#inventory,
      });
    const routes = createRoutes({
      guard: createGuard(config.bridgeToken),
      telemetry,
      health,
      pushed: (metadata) => this.#takePush(metadata),
    });
    return createUwsTransport(loadUws(), routes);
  }

  #laneWorks(): Record<LaneName, LaneWork> {
    const { config, env, cadences = CADENCES } = this.#options;
    return {
      proc: {
        lane: 'proc',
        shared: this.#shared,
        identifier: config.identifier,
        procfs: config.procfs,
        intervalMs: config.sampleIntervalMs,
        cpuWindowMs: config.cpuWindowMs,
        diskStaleAfterMs: cadences.diskStaleAfterMs,
        nginxStaleAfterMs: cadences.nginxStaleAfterMs,
      },
      disk: {
        lane: 'disk',
        shared: this.#shared,
        diskPath: config.diskPath,
        rootfs: config.rootfs,
        diskIntervalMs: cadences.diskMs,
        nginxIntervalMs: cadences.nginxMs,
        searchPath: env['PATH'] ?? '',
      },
    };
  }

  #laneEvents(): LaneEvents {
    const { onFatal } = this.#options;
    return {
      died: (lane, reason, restartInMs) => {
        this.#conditions.set(`lane.${lane}`, `the ${lane} lane died: ${reason}`, 'error');
        if (restartInMs === null) onFatal(laneFailed(lane, reason));
      },
      restarted: (lane) => this.#conditions.set(`lane.${lane}`, null),
      sampling: () => this.#startedSampling(),
    };
  }

  /** The first frame is there. What nobody needs before it was left until now, so that the first answer is not held up. */
  #startedSampling(): void {
    if (this.#isSampling) return;
    this.#isSampling = true;
    this.#heartbeat?.start();
    this.#inventoryReader.start({
      found: (inventory) => {
        this.#inventory = inventory;
      },
      failed: (reason) => this.#options.log.warn({ reason }, 'the host inventory could not be had'),
    });
  }

  #createHeartbeat(monoMs: () => number): HeartbeatThread | null {
    const { config, version } = this.#options;
    if (config.backendUrl === undefined || config.apiKey === null) return null;
    const base = config.backendUrl.href;
    return new HeartbeatThread({
      data: {
        shared: this.#shared,
        url: `${base}${base.endsWith('/') ? '' : '/'}${HEARTBEAT_PATH}`,
        apiKey: config.apiKey.value.reveal(),
        identifier: config.identifier,
        userAgent: `harborforge-monitor/${version}`,
        intervalMs: config.reportIntervalSec * 1000,
        staleAfterMs: this.#staleAfterMs,
        openclaw: null,
      },
      events: {
        result: (report) => this.#takeReport(report),
        died: (reason, restartInMs) => {
          const again = restartInMs === null ? ', too often to be started again' : '';
          this.#conditions.set('heartbeat.thread', `the heartbeat thread died: ${reason}${again}`, 'error');
        },
        restarted: () => this.#conditions.set('heartbeat.thread', null),
      },
      monoMs,
    });
  }

  #takePush(metadata: OpenClawMetadata): void {
    const { log } = this.#options;
    if (this.#openclaw === null)
      log.info(
        { version: metadata.version, plugin: metadata.pluginVersion },
        'OpenClaw plugin reached the bridge',
      );
    this.#openclaw = { ...metadata, atMonoMs: this.#clock.monoMs() };
    this.#heartbeat?.setOpenClaw(metadata);
  }

  #takeReport(report: HeartbeatReport): void {
    const { log, config } = this.#options;
    if (report.class === 'accepted') {
      this.#conditions.set('heartbeat', null);
      if (!this.#hasAcceptedBeat) log.info({ backend: config.backendUrl?.href }, 'first heartbeat accepted');
      this.#hasAcceptedBeat = true;
      return;
    }
    if (report.class === 'unauthorized') {
      const origin = config.apiKey?.origin ?? '';
      this.#conditions.set(
        'heartbeat',
        `the backend refuses the API key from ${origin} (${report.detail})`,
        'error',
      );
      const key = rereadApiKey(config, this.#options.env);
      if (key !== null) this.#heartbeat?.setApiKey(key.value.reveal());
      return;
    }
    this.#conditions.set('heartbeat', `heartbeat ${report.class.replace('_', ' ')}: ${report.detail}`);
  }
}

import { Bridge } from './bridge/bridge.js';
import type { Routes } from './bridge/routes.js';
import { Conditions } from './conditions.js';
import type { Config } from './config.js';
import { createDaemonRoutes } from './daemon-routes.js';
import { Dumper } from './dump/dumper.js';
import { Reporting } from './heartbeat/reporting.js';
import type { Logger } from './log.js';
import type { MetricsSources } from './metrics/metrics.js';
import { InventoryReader } from './sampling/inventory.js';
import { bootThreads, type LaneEvents, LanePool, laneFailed, type SamplerThreads } from './sampling/pool.js';
import { Watchdog } from './sampling/watchdog.js';
import { type Cadences, laneWorks } from './sampling/works.js';
import type { ServiceManager } from './service-manager.js';
import { createClock } from './shared/clock.js';
import { Control } from './shared/control.js';
import { FrameReader } from './shared/frame-store.js';
import {
  createSharedMemory,
  DISK_READER,
  DISK_STORE,
  TELEMETRY_READER,
  TELEMETRY_STORE,
} from './shared/layout.js';
import type { HostInventory, OpenClawMetadata } from './shared/messages.js';
import { type Reasons, ReasonsReader, readDiskNotes } from './shared/reasons.js';
import { rowsFor } from './shared/recorder.js';

export interface DaemonOptions {
  readonly config: Config;
  readonly log: Logger;
  readonly version: string;
  /** The environment: used to reread the API key, and for the PATH that is searched for nginx. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Called on a fatal error: the caller should stop the daemon and exit with code 1. */
  readonly onFatal: (error: Error) => void;
  readonly cadences?: Cadences;
  /** The sampler's threads, if they are up already. */
  readonly threads?: SamplerThreads;
}

export interface Daemon {
  /** The bridge's port. */
  readonly port: number;
  /** Writes the contents of the flight recorder to a file, or logs why not. */
  dump(): void;
  /** Stops everything within three seconds. Resolves with false if a thread hangs and the process cannot exit normally. */
  stop(): Promise<boolean>;
}

/**
 * Starts the daemon: first the bridge, so that nothing else starts if the port is in use, then the lanes, then the heartbeat thread.
 * Thread: main.
 * @throws MonitorError PORT_IN_USE, SOCKET_UNUSABLE, TRANSPORT_MISSING
 */
export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  const daemon = new RunningDaemon(options);
  await daemon.start();
  return daemon;
}

class RunningDaemon implements Daemon {
  port = 0;
  readonly dump = (): void => this.#dumper.dump();
  readonly #options: DaemonOptions;
  readonly #clock = createClock();
  readonly #startMs = this.#clock.monoMs();
  readonly #shared: SharedArrayBuffer;
  readonly #frames: FrameReader;
  readonly #diskFrames: FrameReader;
  readonly #conditions: Conditions;
  readonly #pool: LanePool;
  readonly #watchdog: Watchdog;
  readonly #reporting: Reporting;
  readonly #inventoryReader: InventoryReader;
  readonly #dumper: Dumper;
  readonly #bridge = new Bridge();
  #serviceManager: ServiceManager | null = null;
  #isSampling = false;
  #openclaw: (OpenClawMetadata & { atMonoMs: number }) | null = null;
  #inventory: HostInventory | null = null;

  constructor(options: DaemonOptions) {
    const { config, log } = options;
    this.#options = options;
    this.#shared = createSharedMemory(rowsFor(config.historySec, config.sampleIntervalMs));
    this.#frames = new FrameReader(this.#shared, TELEMETRY_STORE, TELEMETRY_READER.main);
    this.#diskFrames = new FrameReader(this.#shared, DISK_STORE, DISK_READER.main);
    const monoMs = () => this.#clock.monoMs();
    this.#conditions = new Conditions(log, monoMs);
    this.#inventoryReader = new InventoryReader(config);
    this.#dumper = new Dumper({ ...options, shared: this.#shared, clock: this.#clock });
    const control = new Control(this.#shared);
    this.#pool = new LanePool({
      threads: options.threads ?? bootThreads(),
      control,
      works: laneWorks({
        config,
        shared: this.#shared,
        searchPath: options.env['PATH'] ?? '',
        cadences: options.cadences,
      }),
      events: this.#laneEvents(),
      monoMs,
    });
    const reasons = new ReasonsReader(this.#shared);
    const unanswered: Reasons = {
      disk: { summary: `the file system at ${config.diskPath} does not answer`, detail: null },
      nginx: { summary: "nginx's files do not answer", detail: null },
    };
    this.#watchdog = new Watchdog({
      frames: this.#frames,
      diskFrames: this.#diskFrames,
      readReasons: () => ({ ...unanswered, ...reasons.read(), ...readDiskNotes(this.#diskFrames).reasons }),
      conditions: this.#conditions,
      clock: this.#clock,
      budgetPct: config.cpuBudgetPct,
      configuredIntervalMs: config.sampleIntervalMs,
      isRunning: (lane) => this.#pool.isRunning(lane),
      giveUp: (lane) => this.#pool.giveUp(lane),
      isDiskLaneAsking: () => control.isAsking,
    });
    this.#reporting = new Reporting({
      ...options,
      conditions: this.#conditions,
      shared: this.#shared,
      monoMs,
    });
  }

  async start(): Promise<void> {
    const { config, log, version } = this.#options;
    try {
      this.port = await this.#bridge.open(config, this.#createRoutes(), (message) => log.warn(message));
    } catch (error) {
      this.#bridge.close();
      await this.#pool.stop();
      throw error;
    }
    this.#pool.start();
    this.#watchdog.start();
    log.info({ version, pid: process.pid, identifier: config.identifier }, 'harborforge-monitor started');
    log.info(
      {
        address: `http://127.0.0.1:${this.port}`,
        socket: config.bridgeSocket,
        token: config.bridgeToken !== null,
        transport: this.#bridge.transport,
      },
      'bridge listening',
    );
    this.#reporting.announce();
    await this.#tellServiceManager();
  }

  async stop(): Promise<boolean> {
    this.#serviceManager?.stop();
    this.#watchdog.stop();
    this.#bridge.close();
    const ended = await Promise.all([
      this.#pool.stop(),
      this.#reporting.stop(),
      this.#inventoryReader.stop(),
      this.#dumper.stop(),
    ]);
    return ended.every(Boolean);
  }

  #createRoutes(): Routes {
    const { config, version } = this.#options;
    const sources: MetricsSources = {
      version,
      identifier: config.identifier,
      startMonoMs: this.#startMs,
      startWallSeconds: this.#clock.wallMs() / 1000 - process.uptime(),
      budgetPct: config.cpuBudgetPct,
      configuredIntervalMs: config.sampleIntervalMs,
      frames: this.#frames,
      diskFrames: this.#diskFrames,
      monoMs: () => this.#clock.monoMs(),
      problems: () => this.#conditions.list(),
      samplerCpuPct: () => this.#watchdog.state.cpuPct,
      lane: (name) => ({ running: this.#pool.isRunning(name), restarts: this.#pool.restartCount(name) }),
      heartbeat: () => this.#reporting.state,
      openclaw: () => this.#openclaw,
      inventory: () => this.#inventory,
      transport: () => this.#bridge.transport,
    };
    return createDaemonRoutes({
      config,
      shared: this.#shared,
      sources,
      conditions: this.#conditions,
      clock: this.#clock,
      pushed: (metadata) => this.#takePush(metadata),
    });
  }

  #laneEvents(): LaneEvents {
    const { onFatal } = this.#options;
    return {
      died: (lane, reason, restartInMs) => {
        this.#conditions.set(`lane.${lane}`, { summary: `the ${lane} lane died`, detail: reason }, 'error');
        if (restartInMs === null) onFatal(laneFailed(lane, reason));
      },
      working: (lane) => {
        this.#conditions.set(`lane.${lane}`, null);
        if (lane === 'proc') this.#startedSampling();
      },
    };
  }

  /** Called at the first frame. Starts what is not needed earlier, so that the first answer is not delayed. */
  #startedSampling(): void {
    if (this.#isSampling) return;
    this.#isSampling = true;
    this.#serviceManager?.look();
    this.#reporting.start();
    this.#inventoryReader.start({
      found: (inventory) => {
        this.#inventory = inventory;
      },
      failed: (reason) => this.#options.log.warn({ reason }, 'cannot read the host inventory'),
      booted: (bootId) => this.#reporting.setBootId(bootId),
    });
  }

  /** Starts reporting to systemd, if it asks for that (NOTIFY_SOCKET). */
  async #tellServiceManager(): Promise<void> {
    const { env, log } = this.#options;
    const { readServiceEnvironment, ServiceManager, systemdNotify } = await import('./service-manager.js');
    const environment = readServiceEnvironment(env, process.pid);
    if (environment === null) return;
    this.#serviceManager = new ServiceManager({
      watchdogMs: environment.watchdogMs,
      frames: this.#frames,
      conditions: this.#conditions,
      clock: this.#clock,
      notify: systemdNotify(environment),
      warn: (message) => log.warn(message),
    });
    this.#serviceManager.look();
  }

  #takePush(metadata: OpenClawMetadata): void {
    const { log } = this.#options;
    if (this.#openclaw === null)
      log.info(
        { version: metadata.version, plugin: metadata.pluginVersion },
        'OpenClaw plugin reached the bridge',
      );
    this.#openclaw = { ...metadata, atMonoMs: this.#clock.monoMs() };
    this.#reporting.setOpenClaw(metadata);
  }
}

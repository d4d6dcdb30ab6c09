import type { LaneName } from './control.js';

/** What passes between threads beside the frames. Everything here is cloned on its way. */

/** The task of a proc lane. */
export interface ProcLaneTask {
  readonly lane: Extract<LaneName, 'proc'>;
  readonly generation: number;
  readonly shared: SharedArrayBuffer;
  readonly procfs: string;
  readonly intervalMs: number;
  readonly cpuWindowMs: number;
  /** Percent of one core that both lanes together may take; the interval is stretched where they would take more. */
  readonly cpuBudgetPct: number;
  /** After this long without a new value, the disk lane's values are stale. */
  readonly diskStaleAfterMs: number;
  readonly nginxStaleAfterMs: number;
}

/** The task of a disk lane. */
export interface DiskLaneTask {
  readonly lane: Extract<LaneName, 'disk'>;
  readonly generation: number;
  readonly shared: SharedArrayBuffer;
  /** The path whose file system is measured, inside `rootfs`. */
  readonly diskPath: string;
  readonly rootfs: string;
  readonly diskIntervalMs: number;
  readonly nginxIntervalMs: number;
  /** Folders in which an nginx binary is looked for, beside the known places. */
  readonly searchPath: string;
}

export type LaneTask = ProcLaneTask | DiskLaneTask;

/** Where the trees of the host lie, of which the Monitor tells: `/proc` and `/` unless it runs in a container. */
export interface HostTrees {
  readonly procfs: string;
  readonly rootfs: string;
}

/** How long a file or tree may take to answer the process that looks at it. Healthy mounts take far less. */
export const LOOK_LIMIT_MS = 1_500;

/** What was found where the host's proc file system should be. */
export interface ProcfsLook {
  /** Why it can't be one, as the end of a sentence; null: it can. */
  readonly problem: string | null;
  /** Files of it that lie on another file system than itself. */
  readonly masked: readonly string[];
}

/** What was found where the host's root should be. */
export interface RootfsLook {
  /** Why it can't be one, as the end of a sentence; null: it can. */
  readonly problem: string | null;
  /** The name in its /etc/hostname; null: there is none. */
  readonly hostname: string | null;
  /** Whether it is on the very file system that the Monitor's own root is on. */
  readonly isOnOwnRoot: boolean;
}

/** From the process that looks at the trees, a line each. `begun`: from now on it is the trees that it waits for. */
export type TreesMessage =
  | { readonly type: 'begun' }
  | { readonly type: 'procfs'; readonly look: ProcfsLook }
  | { readonly type: 'rootfs'; readonly look: RootfsLook };

/** What is known about the host once and for all. Unknown values are left out. */
export interface HostInventory {
  readonly os?: string;
  readonly kernel?: string;
  readonly arch?: string;
  readonly cpu_model?: string;
  readonly cpu_cores?: number;
  readonly virtualization?: string;
  /** Of the kernel that runs: another one after each boot. */
  readonly boot_id?: string;
}

/** From a lane to the main thread, once each: its thread runs it, and it has done its work for the first time. */
export interface LaneMessage {
  readonly type: 'started' | 'working';
}

/** From the inventory thread to the main thread, once each: first which boot this is, if that is known, then one of the others. */
export type InventoryMessage =
  | { readonly type: 'boot'; readonly bootId: string }
  | { readonly type: 'inventory'; readonly inventory: HostInventory }
  | { readonly type: 'failed'; readonly reason: string };

/** What the thread that writes a dump of the flight recorder is started with. */
export interface DumpTask {
  readonly shared: SharedArrayBuffer;
  /** Its one word is not 0 as soon as nobody waits for the dump any longer. */
  readonly abandoned: Int32Array<SharedArrayBuffer>;
  readonly folder: string;
  /** When the dump was asked for, unix ms: the file is named after it. */
  readonly wallMs: number;
}

/** From the thread that writes a dump to the main thread, once. */
export type DumpMessage =
  | { readonly type: 'written'; readonly path: string; readonly rows: number; readonly bytes: number }
  | { readonly type: 'failed'; readonly reason: string };

/** What the plugin told, as it goes into a heartbeat. */
export interface OpenClawMetadata {
  readonly version: string;
  readonly pluginVersion: string;
  /** The text of `agents` as it stood in the push, never written anew; null: the push had none. */
  readonly agentsJson: string | null;
}

/** What the heartbeat thread is started with. Not the key: Node prints what threads are started with, if NODE_DEBUG asks for it. */
export interface HeartbeatWorkerData {
  readonly shared: SharedArrayBuffer;
  readonly url: string;
  readonly identifier: string;
  readonly userAgent: string;
  readonly intervalMs: number;
  readonly openclaw: OpenClawMetadata | null;
  /** Whether heartbeats carry the object `extended`. */
  readonly extended: boolean;
  /** As in the inventory; null: not known (yet). */
  readonly bootId: string | null;
}

/** From the main thread to the heartbeat thread, `begin` before all else. A `ping` is answered at once by a thread that is well, whatever it waits for. */
export type HeartbeatCommand =
  | { readonly type: 'begin'; readonly apiKey: string }
  | { readonly type: 'ping' }
  | { readonly type: 'openclaw'; readonly openclaw: OpenClawMetadata }
  | { readonly type: 'boot'; readonly bootId: string }
  | { readonly type: 'key'; readonly apiKey: string }
  | { readonly type: 'stop' };

/** How a heartbeat ended. */
export const BEAT_CLASSES = [
  'accepted',
  'unauthorized',
  'throttled',
  'rejected',
  'server_error',
  'unreachable',
  'timeout',
] as const;
export type BeatClass = (typeof BEAT_CLASSES)[number];

/** From the heartbeat thread to the main thread, once for each heartbeat that was tried. */
export interface HeartbeatReport {
  readonly type: 'result';
  readonly class: BeatClass;
  /** The HTTP status, null when there was no answer. */
  readonly status: number | null;
  /** What went wrong, in a few words; null when it was accepted. */
  readonly detail: string | null;
  readonly durationMs: number;
  /** When the next one is due, from now. */
  readonly nextInMs: number;
}

/** From the heartbeat thread to the main thread. */
export type HeartbeatMessage = HeartbeatReport | { readonly type: 'pong' };

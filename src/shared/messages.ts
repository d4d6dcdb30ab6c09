import type { LaneName } from './control.js';

/** Messages between threads; frames are passed in shared memory. Everything here is cloned when it is sent. */

/** The task of a proc lane. */
export interface ProcLaneTask {
  readonly lane: Extract<LaneName, 'proc'>;
  readonly generation: number;
  readonly shared: SharedArrayBuffer;
  readonly procfs: string;
  readonly intervalMs: number;
  readonly cpuWindowMs: number;
  /** Maximum CPU usage of both lanes together, in percent of one core. Above it, the interval is stretched. */
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
  /** The path, inside `rootfs`, whose file system is measured. */
  readonly diskPath: string;
  readonly rootfs: string;
  readonly diskIntervalMs: number;
  readonly nginxIntervalMs: number;
  /** Folders to search for an nginx binary, in addition to the known locations. */
  readonly searchPath: string;
}

export type LaneTask = ProcLaneTask | DiskLaneTask;

/** Where the host's trees are mounted: `/proc` and `/` unless the Monitor runs in a container. */
export interface HostTrees {
  readonly procfs: string;
  readonly rootfs: string;
}

/** Timeout for a file or tree to answer the process that inspects it. Healthy mounts take far less. */
export const LOOK_LIMIT_MS = 1_500;

/** Result of inspecting the host's procfs. */
export interface ProcfsLook {
  /** Why it is not usable, as the end of a sentence; null: it is. */
  readonly problem: string | null;
  /** Its files that are on another file system than the procfs itself. */
  readonly masked: readonly string[];
}

/** Result of inspecting the host's root. */
export interface RootfsLook {
  /** Why it is not usable, as the end of a sentence; null: it is. */
  readonly problem: string | null;
  /** The name in its /etc/hostname; null: there is none. */
  readonly hostname: string | null;
  /** Whether it is on the same file system as the Monitor's own root. */
  readonly isOnOwnRoot: boolean;
}

/** From the process that inspects the trees, one per line. `begun`: from now on it can only be waiting for the trees. */
export type TreesMessage =
  | { readonly type: 'begun' }
  | { readonly type: 'procfs'; readonly look: ProcfsLook }
  | { readonly type: 'rootfs'; readonly look: RootfsLook };

/** What does not change while the host is up. Unknown values are omitted. */
export interface HostInventory {
  readonly os?: string;
  readonly kernel?: string;
  readonly arch?: string;
  readonly cpu_model?: string;
  readonly cpu_cores?: number;
  readonly virtualization?: string;
  /** ID of the current boot; every boot has another one. */
  readonly boot_id?: string;
}

/** From a lane to the main thread, once each: the lane's thread has started, and the lane has completed its first work. */
export interface LaneMessage {
  readonly type: 'started' | 'working';
}

/** From the inventory thread to the main thread, once each: first the boot ID, if it is known, then one of the others. */
export type InventoryMessage =
  | { readonly type: 'boot'; readonly bootId: string }
  | { readonly type: 'inventory'; readonly inventory: HostInventory }
  | { readonly type: 'failed'; readonly reason: string };

/** The start data of the thread that writes a dump of the flight recorder. */
export interface DumpTask {
  readonly shared: SharedArrayBuffer;
  /** Its one word becomes nonzero when nobody waits for the dump any longer. */
  readonly abandoned: Int32Array<SharedArrayBuffer>;
  readonly folder: string;
  /** When the dump was requested, unix ms. It is part of the file's name. */
  readonly wallMs: number;
}

/** From the thread that writes a dump to the main thread, once. */
export type DumpMessage =
  | { readonly type: 'written'; readonly path: string; readonly rows: number; readonly bytes: number }
  | { readonly type: 'failed'; readonly reason: string };

/** The plugin's metadata, as it goes into a heartbeat. */
export interface OpenClawMetadata {
  readonly version: string;
  readonly pluginVersion: string;
  /** The text of `agents` as it was pushed, never re-serialised; null: the push had none. */
  readonly agentsJson: string | null;
}

/** The start data of the heartbeat thread. Without the key, since Node prints a thread's start data if NODE_DEBUG requests it. */
export interface HeartbeatWorkerData {
  readonly shared: SharedArrayBuffer;
  readonly url: string;
  readonly identifier: string;
  readonly userAgent: string;
  readonly intervalMs: number;
  readonly openclaw: OpenClawMetadata | null;
  /** Whether heartbeats carry the object `extended`. */
  readonly extended: boolean;
  /** As in the inventory; null: not known yet. */
  readonly bootId: string | null;
}

/** From the main thread to the heartbeat thread, `begin` first. A healthy thread answers a `ping` at once, whatever it waits for. */
export type HeartbeatCommand =
  | { readonly type: 'begin'; readonly apiKey: string }
  | { readonly type: 'ping' }
  | { readonly type: 'openclaw'; readonly openclaw: OpenClawMetadata }
  | { readonly type: 'boot'; readonly bootId: string }
  | { readonly type: 'key'; readonly apiKey: string }
  | { readonly type: 'stop' };

/** The possible results of a heartbeat. */
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

/** From the heartbeat thread to the main thread, once per attempted heartbeat. */
export interface HeartbeatReport {
  readonly type: 'result';
  readonly class: BeatClass;
  /** The HTTP status; null without an answer. */
  readonly status: number | null;
  /** What went wrong, in a few words; null if it was accepted. */
  readonly detail: string | null;
  readonly durationMs: number;
  /** Time from now until the next one is due. */
  readonly nextInMs: number;
}

/** From the heartbeat thread to the main thread. */
export type HeartbeatMessage = HeartbeatReport | { readonly type: 'pong' };

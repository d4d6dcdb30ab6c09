import type { PressureResource } from './fields.js';
import type { HostTrees } from './messages.js';
import type { Reasons } from './reasons.js';

/** Messages between `doctor` and the processes that read what may hang. */

/** The task of such a process. `searchPath`: a PATH on which to find nginx. */
export interface ProbeTask extends HostTrees {
  readonly topic: 'kernel' | 'disk';
  readonly diskPath: string;
  readonly searchPath: string;
}

/** Percent; null: unknown. */
export interface KernelShares {
  readonly cpuPct: number | null;
  readonly memPct: number | null;
  readonly swapPct: number | null;
}

/** Share of the last ten seconds in which some task waited, percent; null: unknown. */
export type Pressure = Readonly<Record<PressureResource, number | null>>;

/** Our values, their inputs, and other tools' values at the same time. */
export interface KernelReading {
  readonly type: 'kernel';
  /** From the lane's own code. */
  readonly ours: KernelShares & {
    readonly load: readonly number[] | null;
    readonly uptime: number | null;
    readonly pressure: Pressure | 'unsupported';
  };
  /** USER_HZ ticks between two readings one second apart, by column of /proc/stat; null: unknown. */
  readonly cpuTicks: Readonly<Record<string, number | null>> | null;
  /** The CPU share computed from the lines of the individual CPUs. */
  readonly cpuPctOfCpus: number | null;
  /** Bytes, by their names in /proc/meminfo. Missing fields are omitted. */
  readonly memory: Readonly<Record<string, number>>;
  /** What ZFS would give back; null: no ZFS. */
  readonly arcBytes: number | null;
  /** The pressure files, read with other code. */
  readonly pressureFiles: Pressure | 'unsupported';
  /** Why our values are unknown, by source. */
  readonly reasons: Reasons;
  /** From sysinfo(2), on which libraries base getloadavg(3) and the like. */
  readonly sysinfo: { readonly load: readonly number[]; readonly uptime: number };
  /** From systeminformation; null: it reads another /proc than we do. */
  readonly other: KernelShares | null;
}

/** A line of mountinfo. @see proc_pid_mountinfo(5) */
export interface Mount {
  readonly mountPoint: string;
  readonly fileSystem: string;
  readonly source: string;
  readonly isReadOnly: boolean;
}

/** From such a process, one per line. `begun`: from now on it can only be waiting for the host. */
export type ProbeMessage =
  | { readonly type: 'begun' }
  | KernelReading
  /** The mount of the literal disk path, without resolving links; null: unknown. */
  | { readonly type: 'mount'; readonly path: string; readonly mount: Mount | null }
  | {
      readonly type: 'nginx';
      readonly installed: boolean | null;
      readonly sites: readonly string[] | null;
      /** The folder that the sites are from; null: neither exists. */
      readonly folder: string | null;
    }
  | { readonly type: 'disk'; readonly path: string; readonly mount: Mount | null; readonly pct: number }
  | {
      readonly type: 'blocks';
      readonly blocks: number;
      readonly bfree: number;
      readonly bavail: number;
      readonly bsize: number;
    }
  | { readonly type: 'df'; readonly usedPct: number }
  | { readonly type: 'other-disk'; readonly usedPct: number }
  /** What is unavailable, and why. */
  | {
      readonly type: 'failed';
      readonly what: 'kernel' | 'disk' | 'df' | 'other-disk';
      readonly reason: string;
    };

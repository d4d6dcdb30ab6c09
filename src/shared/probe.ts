import type { PressureResource } from './fields.js';
import type { HostTrees } from './messages.js';
import type { Reasons } from './reasons.js';

/** What passes between `doctor` and the processes that look at what may hang. */

/** What such a process is to look at. `searchPath` is a PATH along which nginx is looked for. */
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

/** For how much of the last ten seconds some task waited, in percent; null: unknown. */
export type Pressure = Readonly<Record<PressureResource, number | null>>;

/** Our values, what they were made of, and what others say at the same moment. */
export interface KernelReading {
  readonly type: 'kernel';
  /** By the lane's own code. */
  readonly ours: KernelShares & {
    readonly load: readonly number[] | null;
    readonly uptime: number | null;
    readonly pressure: Pressure | 'unsupported';
  };
  /** USER_HZ ticks that passed in the second between two readings, in the columns of /proc/stat; null: unknown. */
  readonly cpuTicks: Readonly<Record<string, number | null>> | null;
  /** The same share from the lines of the single CPUs. */
  readonly cpuPctOfCpus: number | null;
  /** Bytes, by their names in /proc/meminfo; what it does not have is left out. */
  readonly memory: Readonly<Record<string, number>>;
  /** What ZFS would give back; null: there is no ZFS. */
  readonly arcBytes: number | null;
  /** What the files say, read with other code. */
  readonly pressureFiles: Pressure | 'unsupported';
  /** Why our values are unknown, by their source. */
  readonly reasons: Reasons;
  /** By sysinfo(2), of which libraries make getloadavg(3) and the like. */
  readonly sysinfo: { readonly load: readonly number[]; readonly uptime: number };
  /** By systeminformation; null: it reads another /proc than we do. */
  readonly other: KernelShares | null;
}

/** A line of mountinfo. @see proc_pid_mountinfo(5) */
export interface Mount {
  readonly mountPoint: string;
  readonly fileSystem: string;
  readonly source: string;
  readonly isReadOnly: boolean;
}

/** From such a process, a line each. `begun`: from now on it is the host that it waits for. */
export type ProbeMessage =
  | { readonly type: 'begun' }
  | KernelReading
  /** Where the disk path is, by its words alone; null: no mount is known. */
  | { readonly type: 'mount'; readonly path: string; readonly mount: Mount | null }
  | {
      readonly type: 'nginx';
      readonly installed: boolean | null;
      readonly sites: readonly string[] | null;
      /** Which folder the sites are taken from; null: neither is there. */
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

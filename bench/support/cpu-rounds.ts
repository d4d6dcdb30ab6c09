import { closeSync, openSync, readSync } from 'node:fs';
import { Bench } from 'tinybench';
import { median } from './statistics.js';

/** Something whose CPU time is measured. */
export interface Contestant {
  readonly name: string;
  /** Does it `times` times over. A loop of its own in each, so that the compiler can optimise each by itself. */
  readonly run: (times: number) => void | Promise<void>;
  /** How often in one batch, where that is not to be found out. */
  readonly batch?: number;
}

/** What one operation costs, microseconds; medians over all batches. */
export interface Cost {
  /** CPU time of this process, all its threads, and of the child processes that ended. */
  readonly cpuUs: number;
  readonly wallUs: number;
  readonly batch: number;
  readonly batches: number;
  /** Half of all batches lie within this share of the median. */
  readonly spread: number;
}

/** How long it takes. */
export interface Effort {
  /** Contestants take turns so often. */
  readonly rounds: number;
  readonly batchesPerRound: number;
  readonly batchMs: number;
  readonly warmupMs: number;
}

export const FULL_EFFORT: Effort = { rounds: 9, batchesPerRound: 5, batchMs: 15, warmupMs: 400 };
export const QUICK_EFFORT: Effort = { rounds: 3, batchesPerRound: 2, batchMs: 4, warmupMs: 60 };

const USER_HZ = 100;

/**
 * Measures all contestants with tinybench, whose clock here is the CPU time of this process and of its ended children: what a busy
 * machine's other programs take does not count. The contestants take turns, so that what disturbs one disturbs all.
 */
export async function measure(
  contestants: readonly Contestant[],
  effort: Effort,
): Promise<Map<string, Cost>> {
  const clock = new CpuClock();
  const bench = new Bench({
    now: () => clock.nowMs(),
    iterations: effort.batchesPerRound,
    time: 0,
    warmup: false,
    throws: true,
    retainSamples: true,
    setup: () => globalThis.gc?.(),
  });
  const batches = new Map<string, { times: number; cpuMs: number[]; wallMs: number[] }>();
  for (const contestant of contestants) {
    const times = contestant.batch ?? (await batchSize(contestant, effort));
    const wallMs: number[] = [];
    batches.set(contestant.name, { times, cpuMs: [], wallMs });
    const batch = async (): Promise<void> => {
      const startMs = performance.now();
      await contestant.run(times);
      wallMs.push(performance.now() - startMs);
    };
    bench.add(contestant.name, batch, { async: true });
  }
  for (let round = 0; round < effort.rounds; round++) {
    for (const task of await bench.run()) {
      if (!('latency' in task.result)) throw new Error(`${task.name}: ${task.result.state}`);
      batches.get(task.name)!.cpuMs.push(...(task.result.latency.samples ?? []));
    }
  }
  clock.close();
  return new Map(
    [...batches].map(([name, { times, cpuMs, wallMs }]) => {
      const cpu = median(cpuMs);
      const spread = median(cpuMs.map((ms) => Math.abs(ms - cpu))) / cpu;
      const perOperation = 1000 / times;
      return [
        name,
        {
          cpuUs: cpu * perOperation,
          wallUs: median(wallMs) * perOperation,
          batch: times,
          batches: cpuMs.length,
          spread,
        },
      ];
    }),
  );
}

/** How many operations take about `batchMs`, by trying for so long that the compiler has done its work. */
async function batchSize({ run }: Contestant, { batchMs, warmupMs }: Effort): Promise<number> {
  const endMs = performance.now() + warmupMs;
  for (let times = 1; ; ) {
    const startMs = performance.now();
    await run(times);
    const nowMs = performance.now();
    times = Math.max(1, Math.ceil(times * Math.min(16, batchMs / (nowMs - startMs))));
    if (nowMs >= endMs) return times;
  }
}

/** CPU time of this process and of the children that it has waited for. */
class CpuClock {
  readonly #fd = openSync('/proc/self/stat', 'r');
  readonly #bytes = Buffer.allocUnsafeSlow(512);

  nowMs(): number {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000 + this.#childrenMs();
  }

  close(): void {
    closeSync(this.#fd);
  }

  /** `cutime` and `cstime`, in steps of 10 ms. `process.resourceUsage` does not tell. */
  #childrenMs(): number {
    const length = readSync(this.#fd, this.#bytes, 0, this.#bytes.length, 0);
    const text = this.#bytes.toString('latin1', 0, length);
    // Behind the name, which may hold anything: state is column 3, cutime 16, cstime 17.
    const columns = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return ((Number(columns[13]) + Number(columns[14])) * 1000) / USER_HZ;
  }
}

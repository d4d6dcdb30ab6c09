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

/** What one operation costs, microseconds. */
export interface Cost {
  /** CPU time of this process, all its threads, and of the child processes that ended; the median of the rounds. */
  readonly cpuUs: number;
  readonly wallUs: number;
  /** The CPU time of each round, the median of its batches. */
  readonly rounds: readonly number[];
  /** So many operations in a batch. */
  readonly batch: number;
}

/** How long it takes. */
export interface Effort {
  /** Contestants take turns so often. */
  readonly rounds: number;
  readonly batchesPerRound: number;
  readonly batchMs: number;
  readonly warmupMs: number;
}

export const FULL_EFFORT: Effort = { rounds: 15, batchesPerRound: 3, batchMs: 10, warmupMs: 400 };
export const QUICK_EFFORT: Effort = { rounds: 3, batchesPerRound: 2, batchMs: 4, warmupMs: 150 };

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
  });
  const measured = new Map<string, { times: number; rounds: number[]; wallMs: number[] }>();
  for (const contestant of contestants) {
    const times = contestant.batch ?? (await batchSize(contestant, effort));
    const wallMs: number[] = [];
    measured.set(contestant.name, { times, rounds: [], wallMs });
    const batch = async (): Promise<void> => {
      const startMs = performance.now();
      await contestant.run(times);
      wallMs.push(performance.now() - startMs);
    };
    bench.add(contestant.name, batch, { async: true });
  }
  for (let round = 0; round < effort.rounds; round++) {
    // What one round left behind is not cleared away in the next.
    globalThis.gc?.();
    for (const task of await bench.run()) {
      if (!('latency' in task.result)) throw new Error(`${task.name}: ${task.result.state}`);
      const { times, rounds } = measured.get(task.name)!;
      rounds.push((task.result.latency.p50 * 1000) / times);
    }
  }
  clock.close();
  return new Map(
    [...measured].map(([name, { times, rounds, wallMs }]) => [
      name,
      { cpuUs: median(rounds), wallUs: (median(wallMs) * 1000) / times, rounds, batch: times },
    ]),
  );
}

/**
 * How many times the CPU time of `all`, together, `one` takes: the median of the rounds' ratios, since a machine that is fast in one
 * round and slow in the next is so for all of them.
 */
export function costRatio(one: Cost, ...all: readonly Cost[]): number {
  return median(
    one.rounds.map(
      (us, round) => us / all.reduce((sum, { rounds }) => sum + (rounds[round] ?? Number.NaN), 0),
    ),
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

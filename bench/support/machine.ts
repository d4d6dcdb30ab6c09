import { cpus, release, totalmem } from 'node:os';

/** What the figures depend on, beside the code. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryMiB: number;
  readonly kernel: string;
  readonly node: string;
  readonly date: string;
}

/** Describes this machine. */
export function describeMachine(): Machine {
  const cores = cpus();
  return {
    cpu: cores[0]?.model ?? 'unknown',
    cores: cores.length,
    memoryMiB: Math.round(totalmem() / 1_048_576),
    kernel: release(),
    node: process.versions.node,
    date: new Date().toISOString(),
  };
}

import type { ProcFiles } from '../../proc/proc-files.js';
import type { Collector } from './collector.js';
import { CoresCollector } from './cores.js';
import { LoadCollector } from './load.js';
import { MemoryCollector, SwapCollector } from './memory.js';
import { PressureCollector } from './pressure.js';
import { UptimeCollector } from './uptime.js';

/** Creates all collectors, in the order in which they run. The CPU is not one of them: `hot-pass.ts` reads it at every tick. */
export function createCollectors(files: ProcFiles): readonly Collector[] {
  const memory = new MemoryCollector(files);
  return [
    memory,
    new SwapCollector(memory.meminfo),
    new LoadCollector(files),
    new UptimeCollector(files),
    new PressureCollector(files),
    new CoresCollector(files),
  ];
}

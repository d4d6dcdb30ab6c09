import { readFileSync, readlinkSync } from 'node:fs';

/** What the resident memory of a process consists of, bytes; together it is the RSS. */
export interface MemoryParts {
  /** Pages of the node binary: code, built-in sources, ICU. Any other process with the same binary shares them. */
  readonly nodeFile: number;
  /** Pages of other files: the C library, uWebSockets.js. */
  readonly otherFiles: number;
  /** What malloc took from the kernel by the program break: Node's and uWebSockets' own objects. */
  readonly heap: number;
  /** All else that no file holds: the V8 heaps of all threads, generated code, stacks, malloc's other arenas. */
  readonly v8AndStacks: number;
}

/**
 * Reads `smaps`, mapping by mapping.
 * @throws Error where the process is gone
 */
export function readMemoryParts(pid: number): MemoryParts {
  const binary = readlinkSync(`/proc/${pid}/exe`);
  const parts = { nodeFile: 0, otherFiles: 0, heap: 0, v8AndStacks: 0 };
  let path = '';
  let rss = 0;
  for (const line of readFileSync(`/proc/${pid}/smaps`, 'utf8').split('\n')) {
    const mapping = /^[0-9a-f]+-[0-9a-f]+ \S+ \S+ \S+ \S+ *(.*)$/.exec(line);
    if (mapping !== null) {
      path = mapping[1]!;
      continue;
    }
    const [, name, kB] = /^(Rss|Anonymous): +(\d+) kB$/.exec(line) ?? [];
    const bytes = Number(kB) * 1024;
    // In the kernel's order: what is resident, and then how much of that no file holds.
    if (name === 'Rss') rss = bytes;
    if (name !== 'Anonymous') continue;
    parts[path === binary ? 'nodeFile' : 'otherFiles'] += rss - bytes;
    parts[path === '[heap]' ? 'heap' : 'v8AndStacks'] += bytes;
  }
  return parts;
}

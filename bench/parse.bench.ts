import { readFileSync } from 'node:fs';
import { readFixture } from '../test/support/fixtures.js';
import { parseLoadavg } from '../workers/proc/loadavg.js';
import { createMemOffsets, MEM_FIELDS, parseMeminfo } from '../workers/proc/meminfo.js';
import { CPU_FIELDS, parseStat } from '../workers/proc/stat.js';
import { parseUptime } from '../workers/proc/uptime.js';
import type { Row, Section } from './report.js';
import { type Contestant, type Effort, measure } from './support/cpu-rounds.js';

/** As many bytes of `/proc/stat` as the sampler takes. */
const STAT_BYTES = 1_024;

const FILES = ['stat', 'meminfo', 'loadavg', 'uptime'] as const;
type File = (typeof FILES)[number];

/** The parsers alone, on bytes that are there already: this host's own, and those of a machine with 128 CPUs. */
export async function benchParse(effort: Effort): Promise<Section> {
  const machines = [
    { name: 'this host', read: (file: File) => readFileSync(`/proc/${file}`) },
    { name: '128 CPUs', read: (file: File) => readFixture('big-128cpu', file) },
  ];
  const contestants = machines.flatMap(({ name, read }) =>
    FILES.map((file) => parseContestant(`parse ${file}, ${name}`, file, read(file))),
  );
  const costs = await measure(contestants, effort);
  const rows = [...costs].map(
    ([what, cost]): Row => ({ what, value: cost.cpuUs * 1000, unit: 'ns CPU', details: { ...cost } }),
  );
  return { part: 'parse', title: 'Parsers, hot loop', rows, notes: [], failures: [] };
}

function parseContestant(name: string, file: File, whole: Buffer): Contestant {
  const bytes = file === 'stat' ? whole.subarray(0, STAT_BYTES) : whole;
  const length = bytes.length;
  switch (file) {
    case 'stat': {
      const out = new Float64Array(CPU_FIELDS.length);
      return {
        name,
        run: (times) => {
          for (let i = 0; i < times; i++) parseStat(bytes, length, out);
        },
      };
    }
    case 'meminfo': {
      const out = new Float64Array(MEM_FIELDS.length);
      // As in the sampler: kept from one parse to the next.
      const offsets = createMemOffsets();
      return {
        name,
        run: (times) => {
          for (let i = 0; i < times; i++) parseMeminfo(bytes, length, out, offsets);
        },
      };
    }
    case 'loadavg': {
      const out = new Float64Array(3);
      return {
        name,
        run: (times) => {
          for (let i = 0; i < times; i++) parseLoadavg(bytes, length, out);
        },
      };
    }
    case 'uptime': {
      const sink = new Float64Array(1);
      return {
        name,
        run: (times) => {
          // Kept, so that the call is not optimised away.
          for (let i = 0; i < times; i++) sink[0] = parseUptime(bytes, length);
        },
      };
    }
  }
}

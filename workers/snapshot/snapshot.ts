import { type Branch, CPU, type Leaf, PRESSURE } from '../../src/shared/details.js';
import { FIELDS, type Field, SOURCES, T } from '../../src/shared/fields.js';

/**
 * Builds the snapshot of a telemetry frame: the body of `GET /telemetry` without the identifier, in the order of the wire. `numbers` are
 * the frame's (TELEMETRY_NUMBERS order), `sites` the nginx sites or null. Unknown values are null. Thread: any that has the frame pinned.
 * Allocates: a few kB.
 */
export function snapshotOf(numbers: Float64Array, sites: readonly string[] | null): Record<string, unknown> {
  const snapshot: Record<string, unknown> = { sampled_at: timeOf(numbers[T.sampled_wall_ms]!) };
  for (const field of FIELDS) snapshot[field.name] = fieldValue(field, numbers, sites);
  snapshot['sampling'] = { interval_ms: numbers[T.interval_ms]! };
  snapshot['cpu'] = objectOf(CPU, numbers);
  const supported = flag(numbers[T.pressure_supported]!);
  snapshot['pressure'] = supported === false ? { supported } : { supported, ...objectOf(PRESSURE, numbers) };
  const stale = SOURCES.filter((_, bit) => (numbers[T.stale_mask]! & (1 << bit)) !== 0);
  if (stale.length === 0) return snapshot;
  snapshot['stale'] = stale;
  snapshot['stale_seconds'] = Object.fromEntries(
    stale.map((source) => [source, ageSeconds(numbers, T[`${source}_fresh_ms`])]),
  );
  return snapshot;
}

function fieldValue(field: Field, numbers: Float64Array, sites: readonly string[] | null): unknown {
  const value = numbers[T[field.numbers[0]!]]!;
  switch (field.kind) {
    case 'flag':
      return flag(value);
    case 'names':
      return Number.isNaN(value) ? null : sites;
    case 'number':
      return rounded(value, field.decimals);
    case 'numbers': {
      const values = field.numbers.map((name) => rounded(numbers[T[name]]!, field.decimals));
      return values.includes(null) ? null : values;
    }
  }
}

function objectOf(branch: Branch, numbers: Float64Array): Record<string, unknown> {
  const object: Record<string, unknown> = {};
  for (const key of Object.keys(branch)) {
    const value = branch[key]!;
    object[key] = isLeaf(value)
      ? rounded(numbers[T[value.number]]!, value.decimals)
      : objectOf(value, numbers);
  }
  return object;
}

function isLeaf(value: Branch | Leaf): value is Leaf {
  return typeof value['number'] === 'string';
}

/** Rounds half up to `decimals` places; null: unknown. */
function rounded(value: number, decimals: 0 | 1 | 2): number | null {
  if (Number.isNaN(value)) return null;
  const scale = 10 ** decimals;
  // Adding 0 turns -0 into 0.
  return Math.round(value * scale) / scale + 0;
}

function flag(value: number): boolean | null {
  return Number.isNaN(value) ? null : value === 1;
}

function ageSeconds(numbers: Float64Array, freshMs: number): number | null {
  return rounded(Math.max(0, numbers[T.sampled_mono_ms]! - numbers[freshMs]!) / 1_000, 1);
}

function timeOf(wallMs: number): string {
  return new Date(Math.floor(wallMs)).toISOString();
}

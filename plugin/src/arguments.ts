import { isRecord } from './host.js';
import { shown } from './shown.js';
import { SOURCES, type Source } from './snapshot.js';

/** The tool's parameters as JSON Schema. A host need not hold arguments against it. */
export const PARAMETERS = {
  type: 'object',
  additionalProperties: false,
  properties: {
    sources: {
      type: 'array',
      items: { type: 'string', enum: [...SOURCES] },
      minItems: 1,
      description: 'Only these parts of the telemetry. Leave it out for everything.',
    },
  },
} as const;

const ALLOWED = `"sources" may be left out, or is a list of: ${SOURCES.join(', ')}`;

/** The sources that are asked for, or in one sentence what is wrong with the arguments and what is allowed. */
export function readArguments(
  given: unknown,
): { readonly sources: readonly Source[] } | { readonly problem: string } {
  const problem = (text: string) => ({ problem: `Invalid arguments: ${text}. Allowed: ${ALLOWED}.` });
  if (given === undefined || given === null) return { sources: SOURCES };
  if (!isRecord(given)) return problem('expected an object');
  const unknown = Object.keys(given).filter((name) => name !== 'sources');
  if (unknown.length > 0) return problem(`there is no ${unknown.map(shown).join(', ')}`);
  const { sources } = given as { readonly sources?: unknown };
  if (sources === undefined || sources === null) return { sources: SOURCES };
  if (!Array.isArray(sources)) return problem(`"sources" must be a list, got ${shown(sources)}`);
  if (sources.length === 0) return problem('"sources" is empty');
  const wrong = sources.filter((source: unknown) => !SOURCES.some((known) => known === source));
  if (wrong.length > 0) return problem(`"sources" has ${wrong.map(shown).join(', ')}`);
  return { sources: sources as Source[] };
}

import { isRecord, peek } from './host.js';

/** An agent of the gateway as it is told to the Monitor. */
export interface Agent {
  readonly id: string;
  /** Its name; where it has none, its id, as the host shows it. */
  readonly name: string;
  readonly default: boolean;
}

/** The agent that a gateway has that names none. */
const IMPLICIT_ID = 'main';

/**
 * The agents in a host's configuration, in its order: `agents.entries` (by id) on 2026.9.6, `agents.list` on 2026.3.13. Which one is the
 * default is decided as the host decides it: the marked one, the system agent, the only one; of a list, else the first. Where the host
 * has no default, none is marked.
 */
export function agentsOf(config: unknown): Agent[] {
  const entries = peek(config, 'agents', 'entries');
  const list = peek(config, 'agents', 'list');
  const named = isRecord(entries)
    ? Object.entries(entries).flatMap(([id, entry]) => (isRecord(entry) ? [{ id, entry }] : []))
    : Array.isArray(list)
      ? list.flatMap((entry: unknown) => {
          const id = textOf(peek(entry, 'id'));
          return id === null ? [] : [{ id, entry }];
        })
      : [];
  if (named.length === 0) return [{ id: IMPLICIT_ID, name: IMPLICIT_ID, default: true }];

  const marked = named.find(({ entry }) => peek(entry, 'default') === true)?.id;
  const systemAgent = textOf(peek(config, 'agents', 'defaults', 'systemAgent', 'agentId'));
  const fallback = isRecord(entries) && named.length > 1 ? undefined : named[0]?.id;
  const isKnown = named.some(({ id }) => id === systemAgent);
  const defaultId = marked ?? (isKnown ? systemAgent : null) ?? fallback;
  return named.map(({ id, entry }) => ({
    id,
    name: textOf(peek(entry, 'name')) ?? textOf(peek(entry, 'identity', 'name')) ?? id,
    default: id === defaultId,
  }));
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
}

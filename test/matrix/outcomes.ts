/** What became of one test. */
export interface Outcome {
  readonly outcome: 'passed' | 'failed' | 'skipped';
  /** The file and the names of the suites that it is in and its own. */
  readonly name: string;
  /** Why it was skipped, or what it failed with. */
  readonly why: string;
}

/** What became of all tests. */
export interface Outcomes {
  readonly passed: number;
  readonly failed: number;
  /** A suite that is skipped is one. */
  readonly skipped: number;
  /** The names of what was skipped, by reason. */
  readonly skippedFor: ReadonlyMap<string, readonly string[]>;
}

/** Reads a line that the reporter wrote; null: it is another's. */
export function parseOutcome(line: string): Outcome | null {
  if (!line.startsWith('{"outcome":')) return null;
  return JSON.parse(line) as Outcome;
}

/** Counts what became of tests. */
export function countOutcomes(all: readonly Outcome[]): Outcomes {
  const count = { passed: 0, failed: 0, skipped: 0 };
  const skippedFor = new Map<string, string[]>();
  for (const { outcome, name, why } of all) {
    count[outcome]++;
    if (outcome !== 'skipped') continue;
    const names = skippedFor.get(why);
    if (names === undefined) skippedFor.set(why, [name]);
    else names.push(name);
  }
  return { ...count, skippedFor };
}

import type { TestEvent } from 'node:test/reporters';
import { inspect } from 'node:util';
import type { Outcome } from './outcomes.js';

/** A reporter of `node --test`: a line of JSON for what became of each test, see `Outcome`. */
export default async function* reportOutcomes(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  /** What has been started and not ended: suites, and in the innermost a test. */
  const names: string[] = [];
  for await (const event of source) {
    if (event.type === 'test:start') {
      names.splice(event.data.nesting, names.length, event.data.name);
      continue;
    }
    const result = resultOf(event);
    if (result === null) continue;
    const { nesting, file } = result;
    const name = [...(file === undefined ? [] : [fileName(file)]), ...names.slice(0, nesting + 1)].join(
      ' > ',
    );
    yield `${JSON.stringify({ outcome: result.outcome, name, why: result.why } satisfies Outcome)}\n`;
  }
}

type Result = Pick<Outcome, 'outcome' | 'why'> & {
  readonly nesting: number;
  readonly file: string | undefined;
};

/** What `event` says of a test; null for what it says of suites (but that they are skipped, or fail by themselves) and for all else. */
function resultOf(event: TestEvent): Result | null {
  if (event.type !== 'test:pass' && event.type !== 'test:fail') return null;
  const { nesting, file, skip, details } = event.data;
  if (skip !== undefined && skip !== false)
    return { outcome: 'skipped', why: String(skip === true ? '' : skip), nesting, file };
  if (event.type === 'test:pass')
    return details.type === 'suite' ? null : { outcome: 'passed', why: '', nesting, file };
  const { error } = event.data.details;
  if ('failureType' in error && error.failureType === 'subtestsFailed') return null;
  return { outcome: 'failed', why: inspect(error.cause ?? error), nesting, file };
}

function fileName(path: string): string {
  return path.replace(/^.*\/dist\/test\//, '').replace(/\.test\.js$/, '');
}

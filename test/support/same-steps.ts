import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';

/** What runs commands, and writes down each access to its words: lock-free code, or the model of it. */
export interface Subject<Command> {
  run(command: Command): void;
  readonly accesses: readonly string[];
}

/**
 * Has the model and the real one run the same commands side by side, and returns the accesses, which must be the same in both. What the
 * test has mocked for that is restored.
 */
export function assertSameSteps<Command>(
  t: TestContext,
  { model, real }: { readonly model: Subject<Command>; readonly real: Subject<Command> },
  commands: readonly Command[],
): readonly string[] {
  try {
    for (const command of commands) {
      model.run(command);
      real.run(command);
    }
  } finally {
    t.mock.restoreAll();
  }
  assert.deepEqual(real.accesses, model.accesses);
  return real.accesses;
}

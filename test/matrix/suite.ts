import { once } from 'node:events';
import { killGroup, startProgram } from '../support/programs.js';
import { type Outcome, parseOutcome } from './outcomes.js';

const REPORTER = './dist/test/matrix/reporter.js';
/** Several times what the suite takes: only a test that never ends is ended by it. */
const LIMIT_MS = 40 * 60_000;

/**
 * Runs all tests of the project in `folder` as `npm test` does, and tells each outcome as soon as there is one.
 * @throws Error with what else was written if it ends with an error and no test has failed, or without one although some have
 */
export async function runSuite(
  folder: string,
  env: NodeJS.ProcessEnv,
  onOutcome: (outcome: Outcome) => void,
): Promise<void> {
  let rest = '';
  let other = '';
  let failed = 0;
  const take = (text: string): void => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const outcome = parseOutcome(line);
      if (outcome === null) other += `${line}\n`;
      else onOutcome(outcome);
      if (outcome?.outcome === 'failed') failed++;
    }
  };
  const place = { cwd: folder, env: { ...env, TEST_REPORTER: REPORTER } };
  const child = startProgram('npm', ['run', '--silent', 'unit'], place, take);
  const timer = setTimeout(() => killGroup(child.pid), LIMIT_MS);
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  clearTimeout(timer);
  if ((code === 0) !== (failed === 0))
    throw new Error(`the tests ended with ${code ?? signal}\n${other}${rest}`);
}

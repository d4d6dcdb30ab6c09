import { cpSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runOrThrow } from './run-or-throw.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
/** What is made, and not kept in the repository. */
const MADE = new Set(['.git', 'node_modules', 'dist', 'bundle', 'results']);

/** Copies the project into `folder`, and has it installed and built there as `env` would: npm takes the packages that fit its own Node. */
export async function layOutTree(folder: string, env: NodeJS.ProcessEnv): Promise<void> {
  cpSync(ROOT, folder, { recursive: true, filter: (source) => !MADE.has(basename(source)) });
  const place = { cwd: folder, env };
  const quick = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'];
  await runOrThrow('the packages', 'npm', ['ci', ...quick], place);
  await runOrThrow('the build', 'npm', ['run', '--silent', 'build'], place);
}

import { runProgram } from '../support/programs.js';

const LIMIT_MS = 300_000;

/** Runs a program to its end, in `cwd` and `env` unless these are as here. @throws Error with `what` and all that it wrote if it fails */
export async function runOrThrow(
  what: string,
  file: string,
  args: readonly string[],
  { cwd = process.cwd(), env = process.env }: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<string> {
  const failed = (why: string) => new Error(`${what}: ${file} ${args[0] ?? ''}: ${why}`);
  const { code, output } = await runProgram(file, args, { cwd, env, limitMs: LIMIT_MS }).catch(
    (error: unknown) => {
      throw failed(String(error));
    },
  );
  if (code !== 0) throw failed(`${code}\n${output}`);
  return output;
}

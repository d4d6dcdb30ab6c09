import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { launchWords, MAIN } from './daemon-process.js';

/** Why nothing can be run in a terminal here; null: it can. */
export function whyNoTerminal(): string | null {
  return spawnSync('script', ['--version']).status === 0 ? null : 'script is not installed';
}

/** Runs the Monitor's program to its end in a real terminal of 80 columns, and resolves with all that was shown there. */
export async function runInTerminal(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ code: number; shown: string }> {
  const words = [...launchWords([]), MAIN, ...args].map((word) => `'${word.replaceAll("'", `'\\''`)}'`);
  const child = spawn('script', ['-qec', `stty cols 80 rows 24; exec ${words.join(' ')}`, '/dev/null'], {
    env: { PATH: process.env['PATH'], TERM: 'xterm-256color', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let shown = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    shown += text;
  });
  const [code] = (await once(child, 'close')) as [number];
  return { code, shown: shown.replaceAll('\r\n', '\n') };
}

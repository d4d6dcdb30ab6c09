import type { CommandContext, CommandOutput } from '../../src/commands/context.js';
import { createClock } from '../../src/shared/clock.js';
import { load } from './config-input.js';

/** An output that keeps what is written. */
class KeptOutput implements CommandOutput {
  text = '';
  readonly isTTY = false;
  write(text: string): void {
    this.text += text;
  }
  on(): void {}
  off(): void {}
}

/** A context for a command that is run inside of the test, with `env` as its whole environment, and what it wrote. */
export function commandContext(
  env: Readonly<Record<string, string>> = {},
  overrides: Partial<CommandContext> = {},
): { context: CommandContext; stdout: KeptOutput; problems: string[] } {
  const stdout = new KeptOutput();
  const problems: string[] = [];
  const context: CommandContext = {
    flags: {},
    options: {},
    positionals: [],
    json: false,
    env,
    stdin: { on: () => {}, off: () => {}, resume: () => {}, pause: () => {} },
    stdout,
    stderr: new KeptOutput(),
    clock: createClock(),
    version: '0.0.0',
    signal: new AbortController().signal,
    loadConfig: async () => load(env),
    complain: (more) => void problems.push(...more),
    leaveThreadBehind: () => {},
    ...overrides,
  };
  return { context, stdout, problems };
}

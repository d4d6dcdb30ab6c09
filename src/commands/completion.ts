import { bashScript } from './completion-bash.js';
import { zshScript } from './completion-zsh.js';
import { type CommandContext, EXIT_OK } from './context.js';

/** Prints the completion script of the shell that is asked for. Thread: main. */
export async function run({ positionals, stdout }: CommandContext): Promise<number> {
  stdout.write(positionals[0] === 'zsh' ? zshScript() : bashScript());
  return EXIT_OK;
}

import { type CommandContext, EXIT_FAILED } from './context.js';

/** Stands here until the command does. */
export async function run({ complain }: CommandContext): Promise<number> {
  complain(['doctor: not in this build']);
  return EXIT_FAILED;
}

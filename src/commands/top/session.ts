import type { CommandContext } from '../context.js';
import type { Abilities } from './abilities.js';
import { compose } from './compose.js';
import { pause } from './pause.js';
import { Screen } from './screen.js';
import type { Source } from './source.js';
import { View } from './view.js';

/** Ten frames a second. */
const FRAME_MS = 100;
/** Ctrl-C is a key like any other on a terminal in raw mode. */
const CTRL_C = 3;
const QUIT_KEYS: ReadonlySet<number> = new Set([...Buffer.from('qQ'), CTRL_C]);

/**
 * Shows the view on a terminal until q, Ctrl-C or `context.signal`, and gives the terminal back in whatever way this ends.
 * `onExit` is called with what has to be done, at the latest, when the process exits by another way than through here.
 * @throws what `source` fails with, and what writing throws, when the terminal has been given back
 */
export async function showOnTerminal(
  context: Pick<CommandContext, 'stdin' | 'stdout' | 'clock' | 'signal'>,
  source: Source,
  options: { abilities: Abilities; cpuCount: number; onExit: (restore: () => void) => () => void },
): Promise<void> {
  const { stdin, stdout, clock } = context;
  const { abilities } = options;
  const screen = new Screen(abilities.hasColour);
  const view = new View(options.cpuCount);
  const quitting = new AbortController();
  const quit = (): void => quitting.abort();
  const onKey = (bytes: Uint8Array): void => {
    if (bytes.some((byte) => QUIT_KEYS.has(byte))) quit();
  };
  let isTaken = false;
  const restore = (): void => {
    if (!isTaken) return;
    isTaken = false;
    stdin.setRawMode?.(false);
    stdout.write(screen.leave());
  };
  const draw = (): void => {
    const { columns = 80, rows = 24 } = stdout;
    const scene = {
      reading: source.read(),
      view,
      nowMonoMs: clock.monoMs(),
      hasBlocks: abilities.hasBlocks,
    };
    const text = screen.draw(compose(scene, columns, rows));
    if (text !== '') stdout.write(text);
  };
  const onResize = (): void => screen.forget();

  context.signal.addEventListener('abort', quit);
  stdin.on('data', onKey);
  stdout.on('resize', onResize);
  const forgetExit = options.onExit(restore);
  try {
    isTaken = true;
    stdin.setRawMode?.(true);
    stdin.resume();
    stdout.write(screen.enter());
    for (let dueMs = clock.monoMs(); !quitting.signal.aborted && !context.signal.aborted; ) {
      source.check();
      draw();
      dueMs = Math.max(dueMs + FRAME_MS, clock.monoMs());
      await pause(dueMs - clock.monoMs(), quitting.signal);
    }
  } finally {
    stdin.off('data', onKey);
    stdin.pause();
    stdout.off('resize', onResize);
    context.signal.removeEventListener('abort', quit);
    forgetExit();
    restore();
  }
}

import type { DaemonProcess, LogLine } from './daemon-process.js';

const WORD = 'takes signals';
/** Listens for the last handler that the program's first lines set, and says so behind those lines. */
const PRELOAD = `
import { writeSync } from 'node:fs';
process.on('newListener', (event) => {
  if (event === 'SIGINT') process.nextTick(() => writeSync(1, '${WORD}\\n'));
});`;

/** What has Node tell when SIGTERM and SIGINT are the daemon's own: before, it is Node that they end. */
export const TELL_OF_SIGNALS = ['--import', `data:text/javascript,${encodeURIComponent(PRELOAD)}`];

function tells({ msg }: LogLine): boolean {
  return msg === WORD;
}

/** Says whether a daemon, run with TELL_OF_SIGNALS, has told. */
export function takesSignals(daemon: DaemonProcess): boolean {
  return daemon.lines.some(tells);
}

/** Resolves as soon as it has told: it does not listen yet. */
export async function takingSignals(daemon: DaemonProcess): Promise<void> {
  await daemon.line(tells);
}

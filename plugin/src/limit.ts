import type { Surroundings } from './surroundings.js';

/**
 * Runs `run` with a signal, and rejects as soon as `limitMs` are over or `outer` aborts, even if `run` does not heed its signal. Leaves
 * no timer and no listener behind.
 */
export async function withinLimit<Result>(
  surroundings: Pick<Surroundings, 'setTimer'>,
  limitMs: number,
  outer: AbortSignal | null,
  run: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const controller = new AbortController();
  const { signal } = controller;
  const stop = (): void => controller.abort(new Error('stopped'));
  const cancelTimer = surroundings.setTimer(
    () => controller.abort(new Error(`no answer within ${limitMs / 1_000} s`)),
    limitMs,
  );
  outer?.addEventListener('abort', stop, { once: true });
  try {
    if (outer?.aborted) stop();
    const aborted = new Promise<never>((_resolve, reject) => {
      const fail = (): void => reject(signal.reason as Error);
      if (signal.aborted) fail();
      else signal.addEventListener('abort', fail, { once: true });
    });
    return await Promise.race([aborted, signal.aborted ? aborted : run(signal)]);
  } finally {
    cancelTimer();
    outer?.removeEventListener('abort', stop);
  }
}

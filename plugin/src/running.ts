import { peek } from './host.js';

/** Something that runs until it is stopped. */
export interface Running {
  /** Ends it at once; resolves when nothing of it is left. Called again, it does no harm. */
  stop(): Promise<void>;
}

/**
 * Where the pusher that runs in this process is known. A host registers the plugin several times and may load its code anew; a variable of
 * a module or a closure would be one of many.
 */
const KEY = Symbol.for('@harborforge/harborforge pusher');

/** Makes what `start` begins the one that runs, after the one before was stopped. */
export function replaceRunning(start: () => Running): void {
  void stopRunning();
  Reflect.set(globalThis, KEY, start());
}

/** Stops what runs, if anything does. Never rejects: it may be the code of another version of this plugin. */
export async function stopRunning(): Promise<void> {
  const running: unknown = Reflect.get(globalThis, KEY);
  Reflect.deleteProperty(globalThis, KEY);
  const stop = peek(running, 'stop');
  if (typeof stop !== 'function') return;
  try {
    await stop.call(running);
  } catch {
    // It has had its chance.
  }
}

import type { BridgeAnswer } from './poller.js';

/** Asks the bridge that this page came from. Rejects when there is no answer. */
export async function askBridge(
  path: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<BridgeAnswer> {
  const response = await fetch(path, { signal, headers, cache: 'no-store', redirect: 'error' });
  const text = await response.text();
  return { status: response.status, json: parsed(text) };
}

/** Resolves after so long, or when the signal is aborted. */
export function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
  });
}

/** Null where the browser keeps nothing for this page. */
export function storageOf(name: 'localStorage' | 'sessionStorage'): Storage | null {
  try {
    return window[name];
  } catch {
    return null;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

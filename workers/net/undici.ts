import type { Dispatcher } from 'undici';
import connect from 'undici/lib/api/api-connect.js';
import requestOf from 'undici/lib/api/api-request.js';
import DirectAgent from 'undici/lib/dispatcher/agent.js';
import DispatcherClass from 'undici/lib/dispatcher/dispatcher.js';
import ProxyingAgent from 'undici/lib/dispatcher/env-http-proxy-agent.js';

/**
 * The four parts of undici that heartbeats need, by their own files: the package's entry loads all of it (fetch, WebSocket, caches,
 * mocks), which takes 9 MB and 80 ms more, in a thread that posts a few hundred bytes now and then. The version is pinned, undici
 * declares no `exports` that would forbid it, and a test holds these files against the public names. Thread: heartbeat.
 */

// The package's entry puts the API onto the class. Of that, the way through a proxy needs `connect`, and nothing else is needed.
DispatcherClass.prototype.connect = connect;

export { DirectAgent, ProxyingAgent };

/** undici's `request`, on `dispatcher`. @see https://undici.nodejs.org/#/docs/api/Dispatcher?id=dispatcherrequestoptions-callback */
export function request(
  dispatcher: Dispatcher,
  options: Dispatcher.RequestOptions,
): Promise<Dispatcher.ResponseData> {
  return requestOf.call(dispatcher, options);
}

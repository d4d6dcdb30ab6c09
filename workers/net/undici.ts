import { createRequire } from 'node:module';
import type { Agent, Dispatcher, EnvHttpProxyAgent } from 'undici';

/**
 * The four parts of undici that heartbeats need, by their own files: the package's entry loads all of it (fetch, WebSocket, caches,
 * mocks), which takes 9 MB and 80 ms more, in a thread that posts a few hundred bytes now and then. The version is pinned, undici
 * declares no `exports` that would forbid it, and a test holds these files against the public names. Thread: heartbeat.
 */

const require = createRequire(import.meta.url);

/** What undici's `request` takes as `this`, and its options. */
type Request = (this: Dispatcher, options: Dispatcher.RequestOptions) => Promise<Dispatcher.ResponseData>;

const requestOf = require('undici/lib/api/api-request.js') as Request;

// The package's entry puts the API onto the class. Of that, the way through a proxy needs `connect`, and nothing else is needed.
const { prototype } = require('undici/lib/dispatcher/dispatcher.js') as typeof Dispatcher;
prototype.connect = require('undici/lib/api/api-connect.js') as Dispatcher['connect'];

export const DirectAgent = require('undici/lib/dispatcher/agent.js') as typeof Agent;
export const ProxyingAgent =
  require('undici/lib/dispatcher/env-http-proxy-agent.js') as typeof EnvHttpProxyAgent;

/** undici's `request`, on `dispatcher`. @see https://undici.nodejs.org/#/docs/api/Dispatcher?id=dispatcherrequestoptions-callback */
export function request(
  dispatcher: Dispatcher,
  options: Dispatcher.RequestOptions,
): Promise<Dispatcher.ResponseData> {
  return requestOf.call(dispatcher, options);
}

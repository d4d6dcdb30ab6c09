import { messageOf } from '../shared/errors.js';
import { MAX_CONNECTIONS } from './limits.js';
import type { Routes, Transport } from './routes.js';
import { createUwsTransport, loadUws } from './uws.js';
import type { Uws } from './uws-types.js';

/**
 * Creates the bridge's transport: uWebSockets.js, or node:http if no build of uWebSockets.js loads (another C library, a Node newer than
 * the builds) or if node:http was chosen. `warn` receives the reason for the fallback. Thread: main.
 * @throws MonitorError TRANSPORT_MISSING if uWebSockets.js was chosen explicitly and does not load
 */
export async function createTransport(options: {
  readonly choice: 'auto' | 'uws' | 'node-http';
  readonly routes: Routes;
  readonly warn: (message: string) => void;
  readonly maxConnections?: number;
  readonly spareConnections?: number;
  readonly load?: () => Uws;
}): Promise<Transport> {
  const {
    choice,
    routes,
    warn,
    maxConnections = MAX_CONNECTIONS,
    spareConnections,
    load = loadUws,
  } = options;
  if (choice !== 'node-http') {
    try {
      return createUwsTransport(load(), routes, {
        maxConnections,
        ...(spareConnections !== undefined && { spareConnections }),
      });
    } catch (error) {
      if (choice === 'uws') throw error;
      warn(
        `node:http serves the bridge: the same answers, at about three times the CPU time a request; ${messageOf(error)}`,
      );
    }
  }
  // Loaded lazily, which saves its memory where uWebSockets.js loads.
  const { createNodeHttpTransport } = await import('./node-http.js');
  return createNodeHttpTransport(routes, { maxConnections });
}

import { describe } from 'node:test';
import { loadUws } from '../../src/bridge/uws.js';
import { messageOf } from '../../src/shared/errors.js';

/** Both transports, as MONITOR_BRIDGE_TRANSPORT names them. */
export const BRIDGE_TRANSPORTS = ['uws', 'node-http'] as const;
export type BridgeTransport = (typeof BRIDGE_TRANSPORTS)[number];

/** False when uWebSockets.js loads here, else why what needs it is skipped: on another C library there is no build of it. */
export function missingUws(): string | false {
  try {
    loadUws();
    return false;
  } catch (error) {
    return messageOf(error);
  }
}

/** Lays the same tests for each transport: what the bridge promises does not depend on what serves it. */
export function onEachTransport(
  tests: (transport: BridgeTransport, env: { readonly MONITOR_BRIDGE_TRANSPORT: BridgeTransport }) => void,
): void {
  for (const transport of BRIDGE_TRANSPORTS) {
    const skip = transport === 'uws' && missingUws();
    describe(`on ${transport}`, { skip }, () => tests(transport, { MONITOR_BRIDGE_TRANSPORT: transport }));
  }
}

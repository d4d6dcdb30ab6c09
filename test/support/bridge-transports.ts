import { describe } from 'node:test';

/** Both transports, as MONITOR_BRIDGE_TRANSPORT names them. */
export const BRIDGE_TRANSPORTS = ['uws', 'node-http'] as const;
export type BridgeTransport = (typeof BRIDGE_TRANSPORTS)[number];

/** Lays the same tests for each transport: what the bridge promises does not depend on what serves it. */
export function onEachTransport(
  tests: (transport: BridgeTransport, env: { readonly MONITOR_BRIDGE_TRANSPORT: BridgeTransport }) => void,
): void {
  for (const transport of BRIDGE_TRANSPORTS) {
    describe(`on ${transport}`, () => tests(transport, { MONITOR_BRIDGE_TRANSPORT: transport }));
  }
}

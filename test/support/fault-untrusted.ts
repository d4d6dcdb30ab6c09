import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { makeCertificates } from './certificates.js';
import { type Scope, temporaryFolder } from './fixtures.js';

/** An https server on loopback that accepts every heartbeat. */
export interface UntrustedServer {
  readonly url: string;
  /** The authority of the certificate that it will have; it has one of another authority. */
  readonly caFile: string;
  /** The keys that it was told. */
  readonly keys: readonly unknown[];
  /** Gives it the certificate of `caFile`. */
  mend(): void;
}

/** Starts a server with a certificate that nobody trusts; it ends with the test. Needs openssl. */
export async function startUntrusted(t: Scope): Promise<UntrustedServer> {
  const [wrong, right] = [makeCertificates(temporaryFolder(t)), makeCertificates(temporaryFolder(t))];
  const keys: unknown[] = [];
  const server = createServer({ key: wrong.key, cert: wrong.cert }, (request, response) => {
    keys.push(request.headers['x-api-key']);
    request.resume().on('end', () => response.end('{}'));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(async () => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `https://localhost:${(server.address() as AddressInfo).port}`,
    caFile: right.caFile,
    keys,
    mend: () => server.setSecureContext({ key: right.key, cert: right.cert }),
  };
}

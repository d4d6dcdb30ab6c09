import { connect as connectTcp, isIP } from 'node:net';
import { connect as connectTls, type PeerCertificate } from 'node:tls';
import { HostLookup } from '../../../workers/net/lookup.js';
import { messageOf } from '../../shared/errors.js';

/** How a step went, and how long it took. */
export type Step<Value> =
  | { readonly value: Value; readonly ms: number }
  | { readonly failure: string; readonly code: string };

/** What a server showed in a TLS handshake. */
export interface TlsLook {
  readonly protocol: string;
  readonly certificate: PeerCertificate;
  /** Why Node does not trust it, as a code of OpenSSL's or Node's; null: it does. */
  readonly distrust: string | null;
}

async function timed<Value>(
  limitMs: number,
  monoMs: () => number,
  work: (signal: AbortSignal) => Promise<Value>,
): Promise<Step<Value>> {
  const begunMs = monoMs();
  const late = AbortSignal.timeout(limitMs);
  try {
    const isLate = new Promise<never>((_, reject) => {
      late.addEventListener('abort', () => reject(new Error(`no answer within ${limitMs / 1000} s`)));
    });
    return { value: await Promise.race([work(late), isLate]), ms: monoMs() - begunMs };
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    return { failure: messageOf(error) || code, code };
  }
}

/** Looks a name up as heartbeats do; an address is its own. Brackets round one are taken off. */
export function lookUp(hostname: string, limitMs: number, monoMs: () => number): Promise<Step<string[]>> {
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  return timed(limitMs, monoMs, async (signal) => {
    if (isIP(host) !== 0) return [host];
    const asking = new HostLookup();
    signal.addEventListener('abort', () => asking.cancel());
    return new Promise<string[]>((resolve, reject) => {
      asking.lookup(host, { all: true }, (error, addresses) => {
        if (error !== null) reject(error);
        else resolve(typeof addresses === 'string' ? [addresses] : addresses.map(({ address }) => address));
      });
    });
  });
}

/** Connects, and closes the connection. Sends nothing. */
export function tryTcp(
  host: string,
  port: number,
  limitMs: number,
  monoMs: () => number,
): Promise<Step<null>> {
  return timed(
    limitMs,
    monoMs,
    (signal) =>
      new Promise<null>((resolve, reject) => {
        const socket = connectTcp({ host, port });
        signal.addEventListener('abort', () => socket.destroy());
        socket.once('error', reject);
        socket.once('connect', () => {
          socket.destroy();
          resolve(null);
        });
      }),
  );
}

/**
 * Makes a TLS handshake, looks at the certificate, and closes the connection. It is the one place that goes on with a certificate that is
 * not trusted: to tell why it is not. Nothing is sent on this connection.
 */
export function lookAtTls(
  host: string,
  port: number,
  hostname: string,
  limitMs: number,
  monoMs: () => number,
): Promise<Step<TlsLook>> {
  const servername = isIP(hostname.replace(/^\[(.*)\]$/, '$1')) === 0 ? hostname : '';
  return timed(
    limitMs,
    monoMs,
    (signal) =>
      new Promise<TlsLook>((resolve, reject) => {
        const socket = connectTls({ host, port, rejectUnauthorized: false, servername });
        signal.addEventListener('abort', () => socket.destroy());
        socket.once('error', reject);
        socket.once('secureConnect', () => {
          const error = socket.authorizationError as (Error & { code?: string }) | string | null;
          const distrust = socket.authorized
            ? null
            : typeof error === 'string'
              ? error
              : (error?.code ?? error?.message ?? 'unknown');
          resolve({
            protocol: socket.getProtocol() ?? '?',
            certificate: socket.getPeerCertificate(),
            distrust,
          });
          socket.destroy();
        });
      }),
  );
}

import type { ChildProcess } from 'node:child_process';
import { type LookupAddress, lookup as lookupHere } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { isLoopbackName } from '../../src/shared/loopback.js';

/** The command-line interface to getaddrinfo, part of every glibc and musl. */
const GETENT = 'getent';
const SEARCH_PATH = '/usr/bin:/bin';
/** Exit code of `getent` if the name has no address. */
const NOT_FOUND = 2;

/** Addresses of loopback names, which are never looked up: their connections have no TLS, so a resolver must not redirect them. */
const LOOPBACK: LookupAddress[] = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
];

/**
 * Looks up host names with `getent`, a process that can be killed. A lookup in this process cannot: while a DNS server is unreachable,
 * the libuv thread blocks for ten seconds or more, and neither the thread nor the process can end. Without `getent`, names are looked up
 * in this process. Thread: heartbeat.
 */
export class HostLookup {
  readonly #searchPath: string;
  readonly #running = new Set<ChildProcess>();

  /** `searchPath`: the PATH on which to find `getent`. */
  constructor(searchPath: string = SEARCH_PATH) {
    this.#searchPath = searchPath;
  }

  /** The `lookup` option of `net.connect`, which calls it for names only, not for addresses. */
  readonly lookup: LookupFunction = (hostname, options, callback) => {
    void this.#ask(hostname).then((addresses) => {
      if (addresses === null) return lookupHere(hostname, options, callback);
      const { family } = options;
      const wanted =
        family === 4 || family === 6 ? addresses.filter((each) => each.family === family) : addresses;
      const first = wanted[0];
      if (first === undefined) return callback(notFound(hostname), '');
      if (options.all === true) return callback(null, wanted);
      callback(null, first.address, first.family);
    });
  };

  /** Kills all running lookups; their callbacks get an error. */
  cancel(): void {
    for (const child of this.#running) child.kill('SIGKILL');
  }

  /** The addresses in the order in which to try them; empty: the name has none; null: `getent` is unavailable. Never rejects. */
  async #ask(hostname: string): Promise<LookupAddress[] | null> {
    if (isLoopbackName(hostname)) return LOOPBACK;
    // Loaded lazily: only a backend that is addressed by name needs it.
    const { execFile } = await import('node:child_process');
    return new Promise((resolve) => {
      const { RES_OPTIONS, LOCALDOMAIN } = process.env;
      const env = { PATH: this.#searchPath, RES_OPTIONS, LOCALDOMAIN };
      try {
        const child = execFile(GETENT, ['ahosts', '--', hostname], { env }, (error, output) => {
          this.#running.delete(child);
          if (error === null) return resolve(parse(output));
          resolve(error.code === NOT_FOUND || error.killed || error.signal ? [] : null);
        });
        this.#running.add(child);
        // A thread that ends must not wait for it.
        child.unref();
      } catch {
        // Node throws ENOMEM and passes other errors to the callback.
        resolve(null);
      }
    });
  }
}

/** Each address has one line per socket type, the first with the canonical name: `192.0.2.1       STREAM backend.example`. */
function parse(output: string): LookupAddress[] {
  return output.split('\n').flatMap((line) => {
    const [address = '', type] = line.split(/\s+/);
    const family = isIP(address);
    return type === 'STREAM' && family !== 0 ? [{ address, family }] : [];
  });
}

/** The same error as Node's own lookup. */
function notFound(hostname: string): NodeJS.ErrnoException {
  const error: NodeJS.ErrnoException = new Error(`getaddrinfo ENOTFOUND ${hostname}`);
  error.code = 'ENOTFOUND';
  return error;
}

import type { ChildProcess } from 'node:child_process';
import { type LookupAddress, lookup as lookupHere } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { isLoopbackName } from '../../src/shared/loopback.js';

/** getaddrinfo as a program; it belongs to every glibc and musl. */
const GETENT = 'getent';
const SEARCH_PATH = '/usr/bin:/bin';
/** Its exit code for a name that has no address, as far as can be known now. */
const NOT_FOUND = 2;

/** This machine. It is spoken to without TLS, so nobody is asked whether its name means another. */
const LOOPBACK: LookupAddress[] = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
];

/**
 * Host names looked up by `getent`, a process that can be ended. A lookup in this process can't be: libuv's thread that makes it waits for
 * a DNS server that is gone for ten seconds and more, and until then neither its thread nor the process comes to an end. Where there is no
 * such program, names are looked up here all the same. Thread: heartbeat.
 */
export class HostLookup {
  readonly #searchPath: string;
  readonly #running = new Set<ChildProcess>();

  /** `searchPath` is where `getent` is looked for. */
  constructor(searchPath: string = SEARCH_PATH) {
    this.#searchPath = searchPath;
  }

  /** To be given to `net.connect`, which asks it for names, and not for addresses. */
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

  /** Ends the lookups that are going on; their callbacks are called with an error. */
  cancel(): void {
    for (const child of this.#running) child.kill('SIGKILL');
  }

  /** The addresses in the order in which they are to be tried; none: there are none. Null: `getent` can't be had. Never rejects. */
  async #ask(hostname: string): Promise<LookupAddress[] | null> {
    if (isLoopbackName(hostname)) return LOOPBACK;
    // Only who reports to a backend by name needs this.
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
        // A thread that ends does not wait for it.
        child.unref();
      } catch {
        // Node throws for ENOMEM, and passes other errors to the callback.
        resolve(null);
      }
    });
  }
}

/** Each address stands there once for each type of socket, behind it a name or nothing: `192.0.2.1       STREAM backend.example`. */
function parse(output: string): LookupAddress[] {
  return output.split('\n').flatMap((line) => {
    const [address = '', type] = line.split(/\s+/);
    const family = isIP(address);
    return type === 'STREAM' && family !== 0 ? [{ address, family }] : [];
  });
}

/** Reads as what Node says of such a name. */
function notFound(hostname: string): NodeJS.ErrnoException {
  const error: NodeJS.ErrnoException = new Error(`getaddrinfo ENOTFOUND ${hostname}`);
  error.code = 'ENOTFOUND';
  return error;
}

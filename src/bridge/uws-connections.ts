import { MAX_CONNECTIONS } from './limits.js';
import type { Uws, UwsApp, UwsResponse } from './uws-types.js';

/** Limits that are lowered in tests, and if the process may open only a few files. */
export interface ConnectionLimits {
  readonly maxConnections?: number;
  /** How many connections may briefly exceed the limit: those in the kernel's queue are accepted in one go, and all go to one half. */
  readonly spareConnections?: number;
}

/** One of the two halves, with the connections that it was given. */
interface Half {
  readonly app: UwsApp;
  readonly descriptor: object;
  open: number;
}

/**
 * Limits the connections of the uWebSockets.js transport, which has no limit of its own and no way to close a single idle connection.
 * One application only accepts, and hands each connection to one of two others, which serve. When that one is full, all connections of
 * the other are closed, and it takes the next ones. A new client is always served, however many connections others hold, and no
 * connection is closed before `max` / 2 newer ones have come. Thread: main. Cost: two calls per connection, none per request.
 */
export class UwsConnections {
  /** The application that listens. */
  readonly front: UwsApp;
  readonly #maxOfHalf: number;
  readonly #spare: number;
  readonly #halves: readonly [Half, Half];
  #isTaking: 0 | 1 = 0;
  #isClosed = false;

  /** `layRoutes` adds the routes to an application; it is called twice. */
  constructor(uws: Uws, layRoutes: (app: UwsApp) => void, limits: ConnectionLimits) {
    const { maxConnections = MAX_CONNECTIONS, spareConnections = Number.POSITIVE_INFINITY } = limits;
    this.#maxOfHalf = Math.max(1, Math.floor(maxConnections / 2));
    this.#spare = spareConnections;
    this.front = uws.App();
    const makeHalf = (): Half => {
      const app = uws.App();
      layRoutes(app);
      const half: Half = { app, descriptor: app.getDescriptor(), open: 0 };
      const look = (response: UwsResponse, change: number): void => {
        half.open += change;
        if (change < 0) return;
        // Accepted before `close`, handed over after it.
        if (this.#isClosed) response.close();
        else if (half.open >= this.#maxOfHalf && half === this.#halves[this.#isTaking]) this.#turn();
        // If these took the last descriptors, no connection could be accepted any more, and the halves would never switch.
        else if (half.open > this.#maxOfHalf + this.#spare) response.close();
      };
      app.filter(look);
      return half;
    };
    this.#halves = [makeHalf(), makeHalf()];
    this.front.addChildAppDescriptor(this.#halves[0].descriptor);
  }

  /** Stops listening and cuts all connections. */
  close(): void {
    this.#isClosed = true;
    this.front.close();
    for (const { app } of this.#halves) app.close();
  }

  /** The half that takes connections is full: empties the other one, which takes them from now on. */
  #turn(): void {
    const full = this.#halves[this.#isTaking];
    this.#isTaking = this.#isTaking === 0 ? 1 : 0;
    const next = this.#halves[this.#isTaking];
    this.front.removeChildAppDescriptor(full.descriptor);
    next.app.close();
    this.front.addChildAppDescriptor(next.descriptor);
  }
}

import { MAX_CONNECTIONS } from './limits.js';
import type { Uws, UwsApp, UwsResponse } from './uws-types.js';

/** What a test, or a process that may open few files, wants smaller. */
export interface ConnectionLimits {
  readonly maxConnections?: number;
  /** So many may come on top for a moment: those that wait in the kernel's queue are accepted in one go, and all go to one half. */
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
 * connection is closed before `max` / 2 newer ones have come. Thread: main. Cost: two calls a connection, nothing a request.
 */
export class UwsConnections {
  /** What listens. */
  readonly front: UwsApp;
  readonly #maxOfHalf: number;
  readonly #spare: number;
  readonly #halves: readonly [Half, Half];
  #isTaking: 0 | 1 = 0;
  #isClosed = false;

  /** `layRoutes` gives an application its routes; it is called twice. */
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
        // Accepted before the end, handed over after it.
        if (this.#isClosed) response.close();
        else if (half.open >= this.#maxOfHalf && half === this.#halves[this.#isTaking]) this.#turn();
        // If these took the last descriptors, nothing could be accepted any more, and no turn would come.
        else if (half.open > this.#maxOfHalf + this.#spare) response.close();
      };
      app.filter(look);
      return half;
    };
    this.#halves = [makeHalf(), makeHalf()];
    this.front.addChildAppDescriptor(this.#halves[0].descriptor);
  }

  /** Stops listening, and cuts all. */
  close(): void {
    this.#isClosed = true;
    this.front.close();
    for (const { app } of this.#halves) app.close();
  }

  /** The half that takes is full: the other one is emptied, and takes. */
  #turn(): void {
    const full = this.#halves[this.#isTaking];
    this.#isTaking = this.#isTaking === 0 ? 1 : 0;
    const next = this.#halves[this.#isTaking];
    this.front.removeChildAppDescriptor(full.descriptor);
    next.app.close();
    this.front.addChildAppDescriptor(next.descriptor);
  }
}

import type { TestContext } from 'node:test';
import { type Answer, okAnswer } from '../../src/bridge/answer.js';
import { createGuard, type RequestHead } from '../../src/bridge/guard.js';
import { createNodeHttpTransport, type NodeHttpOptions } from '../../src/bridge/node-http.js';
import type { Routes, Transport } from '../../src/bridge/routes.js';
import { createUwsTransport, loadUws } from '../../src/bridge/uws.js';
import type { BridgeTransport } from './bridge-transports.js';
import { RawConnection } from './raw-http.js';

/** Makes the transport of that name; `options` that it does not have are ignored. */
export function createStandTransport(
  name: BridgeTransport,
  routes: Routes,
  options: NodeHttpOptions = {},
): Transport {
  return name === 'uws'
    ? createUwsTransport(loadUws(), routes, options)
    : createNodeHttpTransport(routes, options);
}

/** A transport on a free port with a path to get (`/get`) and one to post to (`/post`), and what it was asked for. */
export interface Stand {
  readonly transport: Transport;
  readonly port: number;
  /** The bodies that came whole. */
  readonly bodies: readonly string[];
  /** What the transport failed at. */
  readonly faults: readonly unknown[];
  /** Answers that were acquired so far, and those of them that were not released. */
  readonly gets: { readonly acquired: number; readonly held: number };
  /** Bodies that were begun. */
  readonly begun: number;
}

/** Starts one, and ends it with the test. `got` and `posted` give the answers. */
export async function startStand(
  t: TestContext,
  name: BridgeTransport,
  options: NodeHttpOptions & {
    got?: (request: RequestHead) => Answer;
    released?: () => void;
    posted?: () => Answer;
  } = {},
): Promise<Stand> {
  const { got = () => okAnswer('{"got":true}'), posted = () => okAnswer('{"posted":true}') } = options;
  const bodies: string[] = [];
  const faults: unknown[] = [];
  const gets = { acquired: 0, held: 0 };
  let begun = 0;
  const transport = createStandTransport(
    name,
    {
      guard: createGuard(null),
      failed: (error) => void faults.push(error),
      gets: {
        '/get': {
          acquire: (request) => {
            gets.acquired++;
            gets.held++;
            return got(request);
          },
          release: () => {
            gets.held--;
            options.released?.();
          },
        },
      },
      posts: {
        '/post': {
          refuse: () => {
            begun++;
            return null;
          },
          answer: (body) => {
            bodies.push(Buffer.from(body).toString());
            return posted();
          },
        },
      },
    },
    options,
  );
  t.after(() => transport.close());
  const port = await transport.listen(0);
  return {
    transport,
    port,
    bodies,
    faults,
    gets,
    get begun() {
      return begun;
    },
  };
}

/** A connection that ends with the test. */
export async function connectTo(t: TestContext, where: number | string): Promise<RawConnection> {
  const connection = await RawConnection.open(where);
  t.after(() => connection.destroy());
  return connection;
}

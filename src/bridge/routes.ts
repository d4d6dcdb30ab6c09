import type { OpenClawMetadata } from '../shared/messages.js';
import { type Answer, errorAnswer } from './answer.js';
import type { Faults } from './faults.js';
import type { Guard, Headers, RequestHead } from './guard.js';
import { answerPush, refusePush, TOO_MANY } from './openclaw.js';
import { TimeBudget } from './time-budget.js';

/** A route for GET. The transport calls `acquire`, copies the answer into the socket, and calls `release`, all in one turn. */
export interface GetRoute {
  /** Replaces the bridge's own guard for this route. */
  readonly guard?: Guard;
  /** `request` is valid only during this turn. */
  acquire(request: RequestHead): Answer;
  release(): void;
}

/** A route for POST. */
export interface PostRoute {
  /** Checks the headers before the body is read. Returns the refusal, or null. */
  refuse(request: Headers): Answer | null;
  /** `body` is complete and at most MAX_BODY_BYTES long. */
  answer(body: Uint8Array): Answer;
}

/** What a transport serves: all that it needs to know about the bridge. Nothing in it throws. */
export interface Routes {
  readonly guard: Guard;
  readonly gets: Readonly<Record<string, GetRoute>>;
  readonly posts: Readonly<Record<string, PostRoute>>;
  /** The transport itself failed to send an answer. It has cut the connection. */
  failed(error: unknown): void;
}

/** The transport's name in the log and in /health. */
export type TransportName = 'uws' | 'node:http';

/** A transport: HTTP on 127.0.0.1 and no other address, and on a Unix socket. Thread: main. */
export interface Transport {
  readonly name: TransportName;
  /**
   * Starts listening and resolves with the port (`port` may be 0).
   * @throws MonitorError PORT_IN_USE
   */
  listen(port: number): Promise<number>;
  /**
   * Starts listening on a socket at `path`, which must not exist yet, in a folder that no other user can enter.
   * @throws Error if that fails
   */
  listenUnix(path: string): Promise<void>;
  /** Stops listening and closes all connections. The caller of `listenUnix` removes the socket file. */
  close(): void;
}

/** Creates the bridge's routes. A failure inside them is answered with 500. Thread: main. */
export function createRoutes(options: {
  guard: Guard;
  telemetry: GetRoute;
  /** The page at `/`; null: there is none. */
  page?: GetRoute | null;
  health: () => Answer;
  metrics: (request: Headers) => Answer;
  history: (request: RequestHead) => Answer;
  pushed: (metadata: OpenClawMetadata) => void;
  faults: Faults;
  monoMs: () => number;
}): Routes {
  const { guard, telemetry, page = null, health, metrics, history, pushed, faults } = options;
  const pushTime = new TimeBudget(options.monoMs);

  /** Wraps `work`: an exception is recorded as a fault and answered with 500. */
  function safely<Given, Result>(work: (given: Given) => Result) {
    return (given: Given): Result | Answer => {
      try {
        const result = work(given);
        faults.passed();
        return result;
      } catch (error) {
        faults.failed(error);
        return INTERNAL_ERROR;
      }
    };
  }

  function pinned(route: GetRoute): GetRoute {
    return {
      ...(route.guard === undefined ? {} : { guard: safely(route.guard) }),
      acquire: safely<RequestHead, Answer>((request) => route.acquire(request)),
      release: () => route.release(),
    };
  }

  return {
    guard: safely(guard),
    gets: {
      ...(page === null ? {} : { '/': pinned(page) }),
      '/telemetry': pinned(telemetry),
      '/health': { acquire: safely<RequestHead, Answer>(health), release: () => {} },
      '/metrics': { acquire: safely<RequestHead, Answer>(metrics), release: () => {} },
      '/history': { acquire: safely<RequestHead, Answer>(history), release: () => {} },
    },
    posts: {
      '/openclaw': {
        refuse: safely((request) =>
          refusePush(request.getHeader('content-type'), request.getHeader('content-length')),
        ),
        answer: safely((body) => pushTime.spend(() => answerPush(body, pushed)) ?? TOO_MANY),
      },
    },
    failed: (error) => faults.failed(error),
  };
}

const INTERNAL_ERROR = errorAnswer('internal_error', 'the Monitor failed to answer; its log says why');
export const NOT_FOUND = errorAnswer(
  'not_found',
  'there are /health, /telemetry, /metrics, /history and /openclaw, and a page at / unless MONITOR_PAGE is 0',
);
export const BAD_REQUEST = errorAnswer('bad_request', 'malformed HTTP/1.1 request');

/** The answer to a known path with another method. */
export function wrongMethod(allowed: string): Answer {
  return errorAnswer('method_not_allowed', `this path takes ${allowed}`, { headers: [['allow', allowed]] });
}

export const GET_ALLOWED = 'GET, HEAD';
export const POST_ALLOWED = 'POST';

import type { OpenClawMetadata } from '../shared/messages.js';
import { type Answer, errorAnswer } from './answer.js';
import type { Guard } from './guard.js';
import { answerPush, refusePush } from './openclaw.js';
import type { TelemetryRoute } from './telemetry.js';

/** Something that is got. The transport calls `acquire`, copies the answer into the socket, and calls `release`, all in one turn. */
export interface GetRoute {
  acquire(): Answer;
  release(): void;
}

/** Something that is posted to. */
export interface PostRoute {
  /** What is wrong before the body is looked at, or null. Missing headers are ''. */
  refuse(contentType: string, contentLength: string): Answer | null;
  /** `body` is whole, and at most MAX_BODY_BYTES long. */
  answer(body: Uint8Array): Answer;
}

/** What a transport serves: all that it has to know of the bridge. */
export interface Routes {
  readonly guard: Guard;
  readonly gets: Readonly<Record<string, GetRoute>>;
  readonly posts: Readonly<Record<string, PostRoute>>;
}

/** A transport: HTTP on 127.0.0.1, and on no other address. */
export interface Transport {
  /**
   * Begins to listen, and resolves with the port (`port` may be 0).
   * @throws MonitorError PORT_IN_USE
   */
  listen(port: number): Promise<number>;
  /** Stops listening and closes all connections. */
  close(): void;
}

/** Lays the bridge's routes. Thread: main. */
export function createRoutes(options: {
  guard: Guard;
  telemetry: TelemetryRoute;
  health: () => Answer;
  pushed: (metadata: OpenClawMetadata) => void;
}): Routes {
  return {
    guard: options.guard,
    gets: {
      '/telemetry': options.telemetry,
      '/health': { acquire: options.health, release: () => {} },
    },
    posts: {
      '/openclaw': { refuse: refusePush, answer: (body) => answerPush(body, options.pushed) },
    },
  };
}

export const NOT_FOUND = errorAnswer('not_found', 'there are /health, /telemetry and /openclaw');

/** The answer to a known path with another method. */
export function wrongMethod(allowed: string): Answer {
  return errorAnswer('method_not_allowed', `this path takes ${allowed}`, { headers: [['allow', allowed]] });
}

export const GET_ALLOWED = 'GET, HEAD';
export const POST_ALLOWED = 'POST';

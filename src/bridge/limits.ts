/**
 * All limits of the bridge on its clients. Both transports use the same numbers, except where noted: uWebSockets.js (20.51 to 20.69) has
 * some fixed limits of its own, which the bridge's tests verify.
 */

/**
 * Open connections, on the port and the Unix socket together. At the limit, a new connection displaces others, so that a new client is
 * served however many connections another one holds. node:http closes the connection with the oldest last request; uWebSockets.js closes
 * the older half of all. On uWebSockets.js, the connections in the kernel's queue (511) may briefly exceed the limit. The limit is far
 * above what this host's clients use, and far below the number of file descriptors.
 */
export const MAX_CONNECTIONS = 1_024;

/** Descriptors that the daemon needs apart from connections, including those for a heartbeat and a dump. */
const OWN_DESCRIPTORS = 60;
/** Descriptors for connections in the kernel's queue, which may briefly exceed the limit. Reserved if there are enough. */
const QUEUE_DESCRIPTORS = 580;
/** Up to this many connections are allowed even if that leaves fewer descriptors for the queue. */
const FEW_CONNECTIONS = 16;
const MIN_CONNECTIONS = 2;

/**
 * How many connections the bridge may hold if the process may have `descriptors` open. Heartbeats need some as well. If connections took
 * the last one, uWebSockets.js would retry accepting the next connection in a busy loop, and serve no client.
 */
export function connectionsWithin(descriptors: number): number {
  const free = descriptors - OWN_DESCRIPTORS;
  const wanted = Math.max(Math.min(FEW_CONNECTIONS, free), free - QUEUE_DESCRIPTORS);
  return Math.max(MIN_CONNECTIONS, Math.min(MAX_CONNECTIONS, wanted));
}

/** How many connections may briefly exceed that limit. */
export function spareConnectionsWithin(descriptors: number): number {
  return Math.max(0, descriptors - OWN_DESCRIPTORS - connectionsWithin(descriptors));
}

/** How many files a process may have open, from the text of its `/proc/PID/limits`; Infinity if the text has no number. */
export function parseOpenFiles(limits: string): number {
  const [, soft = ''] = /^Max open files\s+(\d+)/m.exec(limits) ?? [];
  return soft === '' ? Number.POSITIVE_INFINITY : Number(soft);
}

/** The request line and all headers, including separators. uWebSockets.js has the same number as a fixed limit. */
export const MAX_HEAD_BYTES = 4_096;

/** Headers of a request; none is ever dropped silently. uWebSockets.js has the same number as a fixed limit. */
export const MAX_HEADERS = 100;

/** The body of a push in bytes, without the chunk framing. */
export const MAX_BODY_BYTES = 65_536;

/**
 * Bodies being received at the same time; they hold 8 MiB at most. At the limit, the oldest one times out (408). A client that sends its
 * push in one go is not affected: its body is complete before it is the oldest.
 */
export const MAX_BODIES = 128;

/**
 * Answers longer than this (bytes) are kept and sent in parts as their clients read them: minutes of history are some 100 kB. No answer
 * that lies in a frame is that long.
 */
export const LONG_ANSWER_BYTES = 65_536;

/**
 * Long answers kept at the same time for clients that have not read them; none is much over 500 kB. Beyond this limit, the connection of
 * the oldest is cut, so that a client that leaves many unread does not lock out others.
 */
export const MAX_LONG_ANSWERS = 16;

/** The same per connection: a client with more pipelines without reading, and is cut. On uWebSockets.js, the second one already cuts it. */
export const MAX_LONG_ANSWERS_OF_ONE = 4;

/** Agents in a push. */
export const MAX_AGENTS = 1_000;

/** Invalid agents that the answer to a push lists individually; the others are only counted. */
export const MAX_LISTED_AGENTS = 20;

/** Levels of arrays and objects in a push, including the body itself. */
export const MAX_NESTING = 64;

/** Characters of each of the two versions in a push. */
export const MAX_VERSION_CHARS = 200;

/**
 * Timeout in ms from the start of a connection, or a request's first byte, to the end of its head; then 408. On uWebSockets.js it is the
 * idle timeout, 8 to 12 s, which a byte now and then does not extend, and the connection is cut without an answer.
 */
export const HEAD_TIMEOUT_MS = 5_000;

/** Timeout in ms for the body of a push, which further bytes do not extend; then 408, and the connection is closed. */
export const BODY_TIMEOUT_MS = 5_000;

/** Timeout in ms for the body of a request that is not a push and was already answered. On uWebSockets.js: the idle timeout. */
export const REQUEST_TIMEOUT_MS = 10_000;

/** Idle timeout in ms: no byte in either direction, between requests or while the client does not read. On uWebSockets.js 8 to 12 s. */
export const IDLE_TIMEOUT_MS = 10_000;

/** How long a client whose request was malformed may go on sending and reading, in ms. An earlier reset could discard the error. */
export const LINGER_MS = 1_000;

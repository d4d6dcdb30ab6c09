/**
 * What anybody who reaches the bridge can take of it, in one place. Both transports keep to the same numbers, except where it is said
 * otherwise: uWebSockets.js (20.51 to 20.69) brings some of its own along, which nobody can set; the tests of the bridge hold it to them.
 */

/**
 * Open connections, over the port and the Unix socket together. One more, and others are cut to make room for it, so that who comes next is
 * served however many connections somebody holds: on node:http the one whose last request is longest ago, on uWebSockets.js the older half
 * of all. There, as many as wait in the kernel's queue (511) may come on top for a moment. Far more than this host's clients hold, and far
 * fewer than there are file descriptors.
 */
export const MAX_CONNECTIONS = 1_024;

/** Descriptors that the daemon needs beside those for connections: a heartbeat's and a dump's included. */
const OWN_DESCRIPTORS = 60;
/** Connections that wait in the kernel's queue come on top for a moment, where there are descriptors for them. */
const QUEUE_DESCRIPTORS = 580;
/** Up to this many connections are allowed even if that leaves fewer descriptors for the queue. */
const FEW_CONNECTIONS = 16;
const MIN_CONNECTIONS = 2;

/**
 * How many connections the bridge may hold where the process may have `descriptors` open. Heartbeats need some as well; and if connections
 * took the last one, uWebSockets.js would try to accept the next one again and again, at full load, and serve nobody.
 */
export function connectionsWithin(descriptors: number): number {
  const free = descriptors - OWN_DESCRIPTORS;
  const wanted = Math.max(Math.min(FEW_CONNECTIONS, free), free - QUEUE_DESCRIPTORS);
  return Math.max(MIN_CONNECTIONS, Math.min(MAX_CONNECTIONS, wanted));
}

/** How many connections may come on top of these for a moment. */
export function spareConnectionsWithin(descriptors: number): number {
  return Math.max(0, descriptors - OWN_DESCRIPTORS - connectionsWithin(descriptors));
}

/** How many files a process may have open, from the text of its `/proc/PID/limits`; as many as one likes where that does not tell. */
export function parseOpenFiles(limits: string): number {
  const [, soft = ''] = /^Max open files\s+(\d+)/m.exec(limits) ?? [];
  return soft === '' ? Number.POSITIVE_INFINITY : Number(soft);
}

/** The request line and all headers, names and values, with what stands between them. On uWebSockets.js its own number, the same. */
export const MAX_HEAD_BYTES = 4_096;

/** Headers of a request; none is ever dropped without a word. On uWebSockets.js its own number, the same. */
export const MAX_HEADERS = 100;

/** The body of a push, in bytes of it and not of its chunks. */
export const MAX_BODY_BYTES = 65_536;

/**
 * Bodies that are on their way at the same time, so that 8 MiB at most are held for them. One more, and the oldest has been too slow. Who
 * sends a push sends it in one go: it is here before its turn is over.
 */
export const MAX_BODIES = 128;

/**
 * Answers that are longer than this (bytes) are kept and sent bit by bit as their clients take them: minutes of history are some 100 kB.
 * Nothing that lies in a frame is that long.
 */
export const LONG_ANSWER_BYTES = 65_536;

/**
 * Long answers that are kept at the same time for those who have not taken them, of which none is much over 500 kB. One more, and the
 * oldest's connection is cut: whoever leaves many unread shuts nobody out.
 */
export const MAX_LONG_ANSWERS = 16;

/** Those of one connection, which then asked for several in one go and reads none: it is cut. On uWebSockets.js a second one does it. */
export const MAX_LONG_ANSWERS_OF_ONE = 4;

/** Agents in a push. */
export const MAX_AGENTS = 1_000;

/** Wrong agents that are listed one by one in the answer to a push; of the others it tells how many there are. */
export const MAX_LISTED_AGENTS = 20;

/** Levels of arrays and objects in a push, the body itself being the first. */
export const MAX_NESTING = 64;

/** Characters of each of the two versions in a push. */
export const MAX_VERSION_CHARS = 200;

/**
 * From a connection's begin, or a request's first byte, to the end of its head, in ms: then 408. On uWebSockets.js it is its idle time, 8 to
 * 12 s, which a byte now and then does not prolong, and the connection is cut without a word.
 */
export const HEAD_TIMEOUT_MS = 5_000;

/** From the end of a push's head to the last byte of its body, in ms, whatever trickles in: then 408, and the connection is closed. */
export const BODY_TIMEOUT_MS = 5_000;

/** To the end of the body of what is no push and was answered long ago, in ms; on uWebSockets.js its idle time. */
export const REQUEST_TIMEOUT_MS = 10_000;

/** Idle timeout in ms: no byte in either direction, between requests or while the client does not read. On uWebSockets.js 8 to 12 s. */
export const IDLE_TIMEOUT_MS = 10_000;

/** How long a client whose request was malformed may go on sending and reading, in ms. An earlier reset could discard the error. */
export const LINGER_MS = 1_000;

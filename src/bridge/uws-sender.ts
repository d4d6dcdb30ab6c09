import { type Answer, CACHE_CONTROL, CONTENT_TYPE, OK } from './answer.js';
import type { RequestHead } from './guard.js';
import { isLong, LongAnswers } from './long-answers.js';
import type { GetRoute } from './routes.js';
import type { UwsResponse } from './uws-types.js';

/** Both headers of every answer in one call: each call costs as much as a frame lookup. */
const COMMON_HEADERS = commonHeaders(CONTENT_TYPE);
/** One in this many answers is sent in a slightly more expensive way, which shows whether its client reads. */
const LOOK_EVERY = 16;
/** Answers to HEAD cannot be checked that way, so every 256th of them closes its connection. */
const CLOSE_EVERY = 256;

/**
 * Sends answers through uWebSockets.js. For a client that pipelines requests and never reads, it would buffer every answer, a gigabyte
 * before the idle timeout. So a connection is closed when its socket is full, after about 4 MB. A long answer is sent as the socket takes
 * it; uWebSockets.js closes the connection of a client that requests the next one before that. Thread: main.
 */
export class UwsSender {
  readonly #longAnswers = new LongAnswers();
  #sent = 0;
  #heads = 0;

  /**
   * Sends an answer that may lie in shared memory: `end` has copied it into the socket (or its backlog) when it returns, and `tryEnd` keeps
   * nothing.
   */
  sendPinned(response: UwsResponse, route: GetRoute, request: RequestHead): void {
    const answer = route.acquire(request);
    try {
      this.send(response, answer);
    } finally {
      route.release();
    }
  }

  sendPinnedHead(response: UwsResponse, route: GetRoute, request: RequestHead): void {
    const answer = route.acquire(request);
    try {
      this.sendHead(response, answer);
    } finally {
      route.release();
    }
  }

  send(response: UwsResponse, answer: Answer): void {
    writeHead(response, answer);
    if (isLong(answer.body)) {
      this.#sendLong(response, answer.body);
      return;
    }
    if (++this.#sent % LOOK_EVERY !== 0) {
      response.end(answer.body);
      return;
    }
    const [, isDone] = response.tryEnd(answer.body, Buffer.byteLength(answer.body));
    if (!isDone) response.close();
  }

  /** Sends an answer that is not long, and closes the connection. */
  sendLast(response: UwsResponse, answer: Answer, isHead: boolean): void {
    if (isHead) {
      this.sendHead(response, answer, true);
      return;
    }
    writeHead(response, answer);
    response.end(answer.body, true);
  }

  #sendLong(response: UwsResponse, text: string | Uint8Array): void {
    const body = typeof text === 'string' ? Buffer.from(text) : text;
    const [, isDone] = response.tryEnd(body, body.length);
    if (isDone) return;
    const forget = this.#longAnswers.keep(response, () => response.close());
    response.onAborted(forget);
    response.onWritable((offset) => {
      const [isTaken, isDoneNow] = response.tryEnd(body.subarray(offset), body.length);
      if (isDoneNow) forget();
      return isTaken;
    });
  }

  /** Sends the answer to HEAD: that to GET, without the body. */
  sendHead(response: UwsResponse, answer: Answer, closeConnection = false): void {
    const length = Buffer.byteLength(answer.body);
    writeHead(response, answer);
    if (closeConnection || ++this.#heads % CLOSE_EVERY === 0) {
      response.endWithoutBody(length, true);
    } else {
      response.writeHeader('content-length', String(length));
      response.endWithoutBody();
    }
  }
}

function writeHead(response: UwsResponse, answer: Answer): void {
  if (answer.status !== OK) response.writeStatus(answer.status);
  const { contentType } = answer;
  response.writeHeader(
    'content-type',
    contentType === undefined ? COMMON_HEADERS : commonHeaders(contentType),
  );
  for (const [name, value] of answer.headers) response.writeHeader(name, value);
}

function commonHeaders(contentType: string): string {
  return `${contentType}\r\ncache-control: ${CACHE_CONTROL}`;
}

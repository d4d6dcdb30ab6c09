import { type Answer, errorAnswer } from './answer.js';
import type { Guard } from './guard.js';
import { BAD_REQUEST } from './routes.js';

/** The answers to requests that node:http's parser rejects. */

export const HEADERS_TOO_LARGE = errorAnswer('headers_too_large', 'the head of the request is too long');
export const WRONG_VERSION = errorAnswer('version_not_supported', 'this bridge speaks HTTP/1.1');
const TOO_SLOW = errorAnswer('request_timeout', 'the request took too long to arrive');
const METHOD_NOT_KNOWN = 'HPE_INVALID_METHOD';

/** The parser's error, with the bytes that were last read and how many of them were parsed. */
interface ParserError extends NodeJS.ErrnoException {
  readonly rawPacket?: Buffer;
  readonly bytesParsed?: number;
}

/** The answer to a parser error; null: the client is gone. `refuseLine` checks the method and the path. */
export function refuseBroken(
  error: ParserError,
  guard: Guard,
  refuseLine: (method: string, path: string) => Answer | null,
): Answer | null {
  switch (error.code) {
    case 'ECONNRESET':
    case 'EPIPE':
      return null;
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return TOO_SLOW;
    case 'HPE_HEADER_OVERFLOW':
      return HEADERS_TOO_LARGE;
    case 'HPE_INVALID_VERSION':
      return WRONG_VERSION;
    case METHOD_NOT_KNOWN:
      return refuseMethod(error, guard, refuseLine) ?? BAD_REQUEST;
    default:
      return BAD_REQUEST;
  }
}

/**
 * Handles a method that Node's parser does not know like any other: the guard comes first, then 405 on a known path, else 404. Parses the
 * head itself, if it is complete, for this purpose only: the connection ends with the answer.
 */
function refuseMethod(
  { rawPacket, bytesParsed = 0 }: ParserError,
  guard: Guard,
  refuseLine: (method: string, path: string) => Answer | null,
): Answer | null {
  const text = rawPacket?.toString('latin1') ?? '';
  const start = bytesParsed === 0 ? 0 : text.lastIndexOf('\n', bytesParsed - 1) + 1;
  const [line = '', ...headers] = text.slice(start).split('\r\n\r\n', 1)[0]?.split('\r\n') ?? [];
  const [, method, target] = /^([!#$%&'*+.^_`|~\w-]+) (\/[^ ]*) HTTP\/1\.1$/.exec(line) ?? [];
  if (method === undefined || target === undefined || !text.includes('\r\n\r\n', start)) return null;
  const getHeader = (name: string): string => {
    const own = headers.filter((each) => each.toLowerCase().startsWith(`${name}:`));
    return own.map((each) => each.slice(name.length + 1).trim()).join(', ');
  };
  return guard({ getHeader }) ?? refuseLine(method, target.split('?', 1)[0] ?? '');
}

/** Splits `404 Not Found` into code and reason. */
export function statusOf(status: string): [code: number, reason: string] {
  return [Number(status.slice(0, 3)), status.slice(4)];
}

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { BeatClass } from '../../src/shared/messages.js';

/** What a backend can be besides well. `refuses the key`: its key was changed, and the daemon is given the new one later. */
export const MOODS = [
  'says 503',
  'says 503 with seconds',
  'says 429 with seconds',
  'says 429 with a date',
  'refuses connections',
  'refuses the key',
  'hangs',
  'hangs behind the head',
  'is slow',
  'resets',
  'resets in the head',
  'resets in the body',
  'speaks no HTTP',
  'answers garbage',
] as const;
export type Mood = (typeof MOODS)[number];

/** What becomes of a request: a class that the daemon must count it under, or that it got no answer, which may be counted in two ways. */
export type Fate = BeatClass | 'no answer';

/** Answers one request; `done` is called once, with what became of it. */
export type Play = (request: IncomingMessage, response: ServerResponse, done: (fate: Fate) => void) => void;

const OK_HEAD = 'HTTP/1.1 200 OK\r\n';
const SLOW_MS = 2_500;
const RETRY_SECONDS = 3;

/** How each bad backend answers; the others don't get as far as that. */
export const PLAYS: Readonly<Partial<Record<Mood, Play>>> = {
  'says 503': status(503, 'server_error'),
  'says 503 with seconds': status(503, 'server_error', () => String(RETRY_SECONDS)),
  'says 429 with seconds': status(429, 'throttled', () => String(RETRY_SECONDS)),
  'says 429 with a date': status(429, 'throttled', () =>
    new Date(Date.now() + RETRY_SECONDS * 1_000).toUTCString(),
  ),
  hangs: bytes(''),
  // The status has been told: that is what counts.
  'hangs behind the head': bytes(`${OK_HEAD}content-length: 9\r\n\r\n`),
  'is slow': (_request, response, done) => {
    const timer = setTimeout(() => response.end('{"status":"ok"}'), SLOW_MS);
    response.on('close', () => {
      clearTimeout(timer);
      done(response.writableFinished ? 'accepted' : 'no answer');
    });
  },
  resets: cut('', 'no answer'),
  'resets in the head': cut(`${OK_HEAD}x-a`, 'no answer'),
  'resets in the body': cut(`${OK_HEAD}content-length: 100\r\n\r\n{`, 'accepted'),
  'speaks no HTTP': cut('SSH-2.0-OpenSSH_9.2\r\n', 'no answer'),
  'answers garbage': (_request, response, done) => {
    response.writeHead(200).end(Buffer.from([0, 255, 123, 34]));
    done('accepted');
  },
};

function status(code: number, fate: Fate, retryAfter?: () => string): Play {
  return (_request, response, done) => {
    response.writeHead(code, retryAfter === undefined ? {} : { 'retry-after': retryAfter() }).end('{}');
    done(fate);
  };
}

/** Says this and no more, for as long as the other side likes. */
function bytes(text: string): Play {
  return ({ socket }, _response, done) => {
    if (text !== '') socket.write(text);
    socket.on('error', () => {}).on('close', () => done(text === '' ? 'no answer' : 'accepted'));
  };
}

/** Says this and cuts the connection behind it. */
function cut(text: string, fate: Fate): Play {
  return ({ socket }, _response, done) => {
    socket.on('error', () => {});
    socket.write(text, () => socket.resetAndDestroy());
    done(fate);
  };
}

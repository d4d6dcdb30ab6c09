import { request } from 'node:http';
import { peek } from './host.js';

/** One question to the Monitor. */
export interface Question {
  readonly port: number;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly token: string | null;
  /** JSON text; null: none. */
  readonly body: string | null;
}

/** What came back, whole. */
export interface Reply {
  readonly status: number;
  readonly text: string;
  /** The text as JSON; undefined when it is none. */
  readonly json: unknown;
}

export const MONITOR_HOST = '127.0.0.1';
const MAX_REPLY_BYTES = 1_048_576;
const MAX_SHOWN_CHARS = 200;

/**
 * Asks the Monitor on loopback and reads the answer to its end. Each question has a connection of its own, that is closed after it: no
 * proxy, dispatcher or pool of the host comes in between, and nothing stays open. An abort of `signal` ends it at once.
 * @throws Error of the connection, or the signal's reason
 */
export function askMonitor(question: Question, signal: AbortSignal): Promise<Reply> {
  const { port, method, path, token, body } = question;
  const headers: Record<string, string | number> = { accept: 'application/json' };
  if (token !== null) headers['authorization'] = `Bearer ${token}`;
  if (body !== null) {
    headers['content-type'] = 'application/json';
    headers['content-length'] = Buffer.byteLength(body);
  }
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => reject(signal.aborted ? (signal.reason as Error) : error);
    const outgoing = request({ host: MONITOR_HOST, port, method, path, headers, agent: false, signal });
    outgoing.on('error', fail);
    outgoing.on('response', (incoming) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      incoming.on('error', fail);
      incoming.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        chunks.push(chunk);
        if (bytes <= MAX_REPLY_BYTES) return;
        reject(new Error('the answer is longer than any of the Monitor'));
        outgoing.destroy();
      });
      incoming.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        resolve({ status: incoming.statusCode ?? 0, text, json: parse(text) });
      });
    });
    outgoing.end(body ?? undefined);
  });
}

/** What an answer that was not wanted says: the Monitor's own sentence, or how it begins. */
export function describeReply({ status, text, json }: Reply): string {
  const message = peek(json, 'error', 'message');
  const said = typeof message === 'string' ? message : text;
  const plain = said.replace(/[\p{Cc}\s]+/gu, ' ').trim();
  const short = plain.length > MAX_SHOWN_CHARS ? `${plain.slice(0, MAX_SHOWN_CHARS)}…` : plain;
  return short === '' ? `HTTP ${status} without a text` : `HTTP ${status}: ${short}`;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

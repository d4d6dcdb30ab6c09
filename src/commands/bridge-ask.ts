import { type IncomingMessage, request } from 'node:http';
import type { Secret } from '../secret.js';

/** Where the daemon's bridge is, and what it wants to see. */
export interface BridgeAddress {
  readonly port: number | null;
  readonly socketPath: string | null;
  readonly token: Secret | null;
}

/** Why there is no answer that is of use, and what can be done about it. */
export interface NoAnswer {
  readonly code: string;
  readonly message: string;
  readonly advice: string;
}

/** What came back. */
export type BridgeAnswer = { readonly status: number; readonly body: string } | NoAnswer;

/** The longest answer of the bridge, thousands of points of history, has 600 kB. */
const BODY_MAX_BYTES = 4_194_304;

/** What is said of errors that have a reason which an operator knows. */
const REASONS: Readonly<Record<string, { message: string; advice: string }>> = {
  ECONNREFUSED: {
    message: 'nothing listens there',
    advice:
      'is the daemon running (systemctl status harborforge-monitor)? Its log tells its port: give it with --port or MONITOR_PORT',
  },
  ENOENT: {
    message: 'there is no such socket',
    advice: 'is the daemon running, and with the same MONITOR_BRIDGE_SOCKET?',
  },
  EACCES: {
    message: 'this user may not connect to the socket',
    advice: "run it as the daemon's user, or as a member of the socket's group",
  },
  ENOTSOCK: { message: 'that is no socket', advice: 'check MONITOR_BRIDGE_SOCKET' },
};

/** What is asked for, as a person would write it. */
export function urlOf({ port, socketPath }: BridgeAddress, target: string): string {
  return socketPath === null ? `http://127.0.0.1:${port}${target}` : `unix:${socketPath}`;
}

/** Gets `target`, once. Nothing is waited for longer than `limitMs`, however the other side dawdles. Never rejects. Thread: main. */
export async function askBridge(
  address: BridgeAddress,
  target: string,
  limitMs: number,
  signal: AbortSignal,
): Promise<BridgeAnswer> {
  const { port, socketPath, token } = address;
  const late = AbortSignal.timeout(limitMs);
  return new Promise((resolve) => {
    const fail = (error: NodeJS.ErrnoException): void => resolve(describeError(error, late.aborted, limitMs));
    const asked = request(
      {
        ...(socketPath === null ? { host: '127.0.0.1', port } : { socketPath }),
        path: target,
        agent: false,
        headers: { host: 'localhost' },
        signal: AbortSignal.any([late, signal]),
      },
      (response) =>
        void readBody(response).then((body) => resolve({ status: response.statusCode ?? 0, body }), fail),
    );
    // Not with the options, which Node prints if NODE_DEBUG asks for it.
    if (token !== null) asked.setHeader('authorization', `Bearer ${token.reveal()}`);
    asked.once('error', fail).end();
  });
}

/** What is said of an answer that is none of what was asked for. */
export function describeStranger(status: number): NoAnswer {
  if (status === 401)
    return {
      code: 'UNAUTHORIZED',
      message: 'the bridge wants a token',
      advice: "give MONITOR_BRIDGE_TOKEN_FILE as the daemon has it, or see that the file is the daemon's",
    };
  return {
    code: 'NOT_THE_MONITOR',
    message: `the answer (HTTP ${status}) is not the Monitor's`,
    advice: 'see what listens there, and on which port the daemon does: --port',
  };
}

async function readBody(response: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of response as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > BODY_MAX_BYTES) throw new Error('the answer does not end');
    parts.push(part);
  }
  return Buffer.concat(parts).toString();
}

function describeError(error: NodeJS.ErrnoException, isLate: boolean, limitMs: number): NoAnswer {
  if (isLate)
    return {
      code: 'TIMEOUT',
      message: `no answer within ${limitMs / 1000} s`,
      advice:
        'the daemon hangs, or the machine has no time for it: look at its log and at the load of the machine',
    };
  const code = error.code ?? 'FAILED';
  const { message, advice } = REASONS[code] ?? {
    message: error.message,
    advice: 'see that it is the Monitor that listens there',
  };
  return { code, message, advice };
}

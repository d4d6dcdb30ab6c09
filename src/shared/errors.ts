/** All error codes and their meanings. The codes are stable: operators grep for them. */
export const ERROR_CODES = {
  CONFIG_INVALID: 'a setting or flag has a value that is not allowed',
  LAYOUT_MISMATCH: 'a thread was handed shared memory of another layout',
  FRAME_TOO_LARGE: 'the rendered snapshot does not fit into a slot',
  PROC_READ: 'a kernel file cannot be read',
  PROC_PARSE: 'a kernel file does not have the documented form',
  PORT_IN_USE: 'the bridge could not listen on its port',
  SOCKET_UNUSABLE: 'the bridge could not listen on its Unix socket',
  TRANSPORT_MISSING: 'no uWebSockets.js build loads on this machine, and no other transport was allowed',
  LANE_FAILED: 'a sampler lane died too often',
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;

/** The project's only error class: a stable `code`, an optional `cause`, and facts for the log. */
export class MonitorError extends Error {
  override readonly name = 'MonitorError';
  readonly code: ErrorCode;
  readonly context: Readonly<Record<string, unknown>>;

  constructor(
    code: ErrorCode,
    message: string,
    options: { cause?: unknown; context?: Record<string, unknown> } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.context = options.context ?? {};
  }
}

/** The message of any thrown value, for a log line. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Formats a failed system call briefly, such as `EACCES (permission denied)`; returns the message of any other error. */
export function describeSystemError(error: unknown): string {
  // Node's message: `EACCES: permission denied, open '…'`.
  const [, code, description] = /^([A-Z]+\d*): (.*?)(?:, \w+(?: '.*')?)?$/.exec(messageOf(error)) ?? [];
  return code === undefined ? messageOf(error) : `${code} (${description})`;
}

/** Why a source failed. `summary` names the kind of failure and stays the same while it lasts; `detail` may differ each time. */
export interface Reason {
  readonly summary: string;
  readonly detail: string | null;
}

/** Converts an error to a reason. */
export function reasonOf(error: unknown): Reason {
  const summary = error instanceof MonitorError ? error.context['summary'] : undefined;
  const message = messageOf(error);
  return typeof summary === 'string' && message.startsWith(`${summary}: `)
    ? { summary, detail: message.slice(summary.length + 2) }
    : { summary: message, detail: null };
}

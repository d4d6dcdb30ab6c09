/** An answer of the bridge, whichever transport sends it. None is to be stored; that is added by the transport. */
export interface Answer {
  readonly status: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string | Uint8Array;
  /** Default: JSON, as nearly every one is. */
  readonly contentType?: string;
}

export const OK = '200 OK';
/** What every answer carries that has no other type. */
export const CONTENT_TYPE = 'application/json';
/** What every answer carries. */
export const CACHE_CONTROL = 'no-store';

const STATUS = {
  bad_request: '400 Bad Request',
  invalid_json: '400 Bad Request',
  invalid_body: '400 Bad Request',
  invalid_query: '400 Bad Request',
  unauthorized: '401 Unauthorized',
  origin_forbidden: '403 Forbidden',
  not_found: '404 Not Found',
  history_off: '404 Not Found',
  method_not_allowed: '405 Method Not Allowed',
  request_timeout: '408 Request Timeout',
  body_timeout: '408 Request Timeout',
  payload_too_large: '413 Payload Too Large',
  unsupported_media_type: '415 Unsupported Media Type',
  misdirected_request: '421 Misdirected Request',
  headers_too_large: '431 Request Header Fields Too Large',
  internal_error: '500 Internal Server Error',
  no_sample: '503 Service Unavailable',
  sample_stale: '503 Service Unavailable',
  history_busy: '503 Service Unavailable',
  push_busy: '503 Service Unavailable',
  version_not_supported: '505 HTTP Version Not Supported',
} as const;
export type AnswerCode = keyof typeof STATUS;

/** An error as the contract has it: `{"error":{"code","message"}}`, and under `problems` each one where there are several. */
export function errorAnswer(
  code: AnswerCode,
  message: string,
  options: { headers?: Answer['headers']; problems?: readonly string[] } = {},
): Answer {
  const { headers = [], problems } = options;
  const error = problems === undefined ? { code, message } : { code, message, problems };
  return { status: STATUS[code], headers, body: JSON.stringify({ error }) };
}

export function okAnswer(body: string): Answer {
  return { status: OK, headers: [], body };
}

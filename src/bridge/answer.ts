/** An answer of the bridge, for either transport. The transport adds the header that forbids caching. */
export interface Answer {
  readonly status: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string | Uint8Array;
  /** Default: JSON. */
  readonly contentType?: string;
}

export const OK = '200 OK';
/** The default content type. */
export const CONTENT_TYPE = 'application/json';
/** Sent with every answer. */
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

/** An error in the contract's format: `{"error":{"code","message"}}`, and if there are several, all of them under `problems`. */
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

import * as z from 'zod';
import type { OpenClawMetadata } from '../shared/messages.js';
import { type Answer, errorAnswer, okAnswer } from './answer.js';
import { memberText } from './json-member.js';
import { MAX_AGENTS, MAX_BODY_BYTES, MAX_VERSION_CHARS } from './limits.js';

const versionText = z
  .string(`expected a string of 1 to ${MAX_VERSION_CHARS} characters`)
  .min(1, `expected 1 to ${MAX_VERSION_CHARS} characters, got none`)
  .max(MAX_VERSION_CHARS, `expected 1 to ${MAX_VERSION_CHARS} characters`);

/** Only looked at: what is passed on is cut out of the body. */
const agent = z.custom<string | object>(
  (value) =>
    typeof value === 'string' || (typeof value === 'object' && value !== null && !Array.isArray(value)),
  'expected a string or an object',
);

/** What the plugin pushes. Unknown keys are ignored. */
const pushSchema = z.object(
  {
    version: versionText,
    plugin_version: versionText,
    agents: z
      .array(agent, 'expected an array')
      .max(MAX_AGENTS, `expected at most ${MAX_AGENTS} agents`)
      .optional(),
  },
  'expected a JSON object',
);

const ACCEPTED = okAnswer('{"status":"ok"}');
const NOT_JSON_TYPE = errorAnswer('unsupported_media_type', 'the content type must be application/json');
const utf8 = new TextDecoder('utf-8', { fatal: true });

export const TOO_LARGE = errorAnswer('payload_too_large', `the body must be at most ${MAX_BODY_BYTES} bytes`);
export const TOO_SLOW = errorAnswer('body_timeout', 'the body took too long to arrive');

/** Looks at what is known of a push before its body: null when the body is welcome. Missing headers are ''. */
export function refusePush(contentType: string, contentLength: string): Answer | null {
  const [type = '', ...parameters] = contentType.toLowerCase().split(';');
  const isUtf8 = parameters.every(
    (parameter) => !/^\s*charset\s*=/.test(parameter) || /=\s*"?utf-8"?\s*$/.test(parameter),
  );
  if (type.trim() !== 'application/json' || !isUtf8) return NOT_JSON_TYPE;
  if (Number(contentLength) > MAX_BODY_BYTES) return TOO_LARGE;
  return null;
}

/**
 * Reads a push. The answer is 200 and `accepted` was called with the metadata, or it is 400 and tells every problem. Thread: main.
 */
export function answerPush(body: Uint8Array, accepted: (metadata: OpenClawMetadata) => void): Answer {
  let text: string;
  let value: unknown;
  try {
    text = utf8.decode(body);
    value = JSON.parse(text);
  } catch {
    return errorAnswer('invalid_json', 'the body is not JSON in UTF-8');
  }
  const parsed = pushSchema.safeParse(value);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `${pathText(issue.path)}: ${issue.message}`);
    return errorAnswer('invalid_body', problems.join('; '), { problems });
  }
  const { version, plugin_version: pluginVersion } = parsed.data;
  accepted({ version, pluginVersion, agentsJson: memberText(text, 'agents') });
  return ACCEPTED;
}

/** `agents[3].name`; the body itself is `body`. */
function pathText(path: readonly PropertyKey[]): string {
  let text = '';
  for (const key of path)
    text += typeof key === 'number' ? `[${key}]` : text === '' ? String(key) : `.${String(key)}`;
  return text === '' ? 'body' : text;
}

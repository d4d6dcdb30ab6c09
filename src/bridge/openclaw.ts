import type { OpenClawMetadata } from '../shared/messages.js';
import { type Answer, errorAnswer, okAnswer } from './answer.js';
import { isDeeperThan } from './json-depth.js';
import { memberText } from './json-member.js';
import { MAX_AGENTS, MAX_BODY_BYTES, MAX_LISTED_AGENTS, MAX_NESTING, MAX_VERSION_CHARS } from './limits.js';

const ACCEPTED = okAnswer('{"status":"ok"}');
const NOT_JSON_TYPE = errorAnswer('unsupported_media_type', 'the content type must be application/json');
const TOO_DEEP = badBody([`body: expected arrays and objects nested at most ${MAX_NESTING} levels deep`]);
const utf8 = new TextDecoder('utf-8', { fatal: true });

export const TOO_LARGE = errorAnswer('payload_too_large', `the body must be at most ${MAX_BODY_BYTES} bytes`);
export const TOO_MANY = errorAnswer('push_busy', 'pushes exceed their time budget', {
  headers: [['retry-after', '1']],
});
export const TOO_SLOW = errorAnswer('body_timeout', 'the body took too long to arrive');

/** Checks a push before its body is read. Returns the refusal, or null. Missing headers are ''. */
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
 * Handles a push: calls `accepted` with the metadata and answers 200, or answers 400 with the problems. Its work and the length of the
 * answer are bounded, whatever the body is. Thread: main.
 */
export function answerPush(body: Uint8Array, accepted: (metadata: OpenClawMetadata) => void): Answer {
  if (isDeeperThan(MAX_NESTING, body)) return TOO_DEEP;
  let text: string;
  let value: unknown;
  try {
    text = utf8.decode(body);
    value = JSON.parse(text);
  } catch {
    return errorAnswer('invalid_json', 'the body is not JSON in UTF-8');
  }
  const problems = findProblems(value);
  if (problems.length > 0) return badBody(problems);
  const { version, plugin_version: pluginVersion } = value as Push;
  accepted({ version, pluginVersion, agentsJson: memberText(text, 'agents') });
  return ACCEPTED;
}

/** The body of a push. `agents` is only validated: its text is cut out of the body and passed on. Other keys are ignored. */
interface Push {
  readonly version: string;
  readonly plugin_version: string;
  readonly agents?: readonly (string | object)[];
}

function badBody(problems: readonly string[]): Answer {
  return errorAnswer('invalid_body', problems.join('; '), { problems });
}

/** The problems of a push, one line each; none: it is a `Push`. */
function findProblems(value: unknown): string[] {
  if (!isObject(value)) return ['body: expected a JSON object'];
  const { version, plugin_version, agents } = value as Readonly<Record<string, unknown>>;
  return [
    ...versionProblems('version', version),
    ...versionProblems('plugin_version', plugin_version),
    ...(agents === undefined ? [] : agentProblems(agents)),
  ];
}

function versionProblems(name: string, value: unknown): string[] {
  const expected = `${name}: expected a string of 1 to ${MAX_VERSION_CHARS} characters`;
  if (typeof value !== 'string') return [expected];
  return value.length >= 1 && value.length <= MAX_VERSION_CHARS ? [] : [`${expected}, got ${value.length}`];
}

function agentProblems(agents: unknown): string[] {
  if (!Array.isArray(agents)) return ['agents: expected an array'];
  if (agents.length > MAX_AGENTS)
    return [`agents: expected at most ${MAX_AGENTS} agents, got ${agents.length}`];
  const problems: string[] = [];
  let unlisted = 0;
  for (const [index, agent] of agents.entries()) {
    if (typeof agent === 'string' || isObject(agent)) continue;
    if (problems.length < MAX_LISTED_AGENTS)
      problems.push(`agents[${index}]: expected a string or an object`);
    else unlisted++;
  }
  if (unlisted > 0)
    problems.push(`agents: expected strings or objects, got ${unlisted} more that are neither`);
  return problems;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

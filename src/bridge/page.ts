import { createHash } from 'node:crypto';
import { type Answer, OK } from './answer.js';
import { createGuard } from './guard.js';
import type { GetRoute } from './routes.js';

/**
 * `GET /`: the page. It is a single document that contains its style and its script. It is the same for everyone and contains no data, so
 * it is served without a token. It requests its data from this bridge. Thread: main.
 */
export class PageRoute implements GetRoute {
  readonly guard = createGuard(null);
  readonly #read: () => Uint8Array;
  #answer: Answer | null = null;

  /** `read` returns the document's bytes. It is called once, at the first request. */
  constructor(read: () => Uint8Array) {
    this.#read = read;
  }

  /** @throws Error what `read` throws, or if the document is malformed */
  acquire(): Answer {
    this.#answer ??= pageAnswer(this.#read());
    return this.#answer;
  }

  release(): void {}
}

/**
 * The answer with this document as its body. Its policy makes browsers run only the document's own script, apply only its own style, and
 * send requests only to this bridge.
 * @throws Error if the document does not have exactly one style and one script
 */
export function pageAnswer(document: Uint8Array): Answer {
  const text = Buffer.from(document).toString('utf8');
  const policy = [
    "default-src 'none'",
    `script-src '${hashOf(text, 'script')}'`,
    `style-src '${hashOf(text, 'style')}'`,
    // The page's icon.
    'img-src data:',
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ];
  return {
    status: OK,
    contentType: 'text/html; charset=utf-8',
    headers: [
      ['content-security-policy', policy.join('; ')],
      ['referrer-policy', 'no-referrer'],
      ['x-content-type-options', 'nosniff'],
      ['cross-origin-opener-policy', 'same-origin'],
      ['cross-origin-resource-policy', 'same-origin'],
    ],
    body: document,
  };
}

function hashOf(document: string, tag: 'script' | 'style'): string {
  const parts = [...document.matchAll(new RegExp(`<${tag}>(.*?)</${tag}>`, 'gs'))];
  const [, content] = parts[0] ?? [];
  if (content === undefined || parts.length > 1) throw new Error(`the page has not one ${tag}`);
  return `sha256-${createHash('sha256').update(content).digest('base64')}`;
}

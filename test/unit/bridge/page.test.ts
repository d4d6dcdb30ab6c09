import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { PageRoute, pageAnswer } from '../../../src/bridge/page.js';

const BUILT = fileURLToPath(new URL('../../../../bundle/src/page.html', import.meta.url));
const SMALL = '<title>x</title><style>p{}</style><script>let s = "<p>";</script>';

const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

test('the policy allows the script and the style of the document by hash, and no other code', () => {
  const { headers } = pageAnswer(Buffer.from(SMALL));
  assert.deepEqual(new Map(headers).get('content-security-policy')?.split('; '), [
    "default-src 'none'",
    `script-src ${hashOf('let s = "<p>";')}`,
    `style-src ${hashOf('p{}')}`,
    'img-src data:',
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ]);
});

test('a document with two scripts, or without a style, is refused', () => {
  assert.throws(() => pageAnswer(Buffer.from(`${SMALL}<script>1</script>`)), /script/);
  assert.throws(() => pageAnswer(Buffer.from('<script>1</script>')), /style/);
});

test('the page is read once, on the first request', () => {
  let reads = 0;
  const route = new PageRoute(() => {
    reads++;
    return Buffer.from(SMALL);
  });
  assert.equal(reads, 0);
  assert.equal(route.acquire(), route.acquire());
  assert.equal(reads, 1);
});

test('a page that could not be read is read again on the next request', () => {
  let isThere = false;
  const route = new PageRoute(() => {
    if (!isThere) throw new Error('gone');
    return Buffer.from(SMALL);
  });
  assert.throws(() => route.acquire(), /gone/);
  isThere = true;
  assert.equal(route.acquire().status, '200 OK');
});

test('the built page is self-contained: it references no file and no other host', () => {
  const document = readFileSync(BUILT, 'utf8');
  assert.doesNotMatch(document, /\b(src|href)="(?!data:)/);
  assert.doesNotMatch(document, /<(link|script|img|iframe)\b[^>]*\bsrc=/);
  assert.doesNotMatch(document, /@import|url\((?!#)/);
  assert.doesNotMatch(document, /\sstyle="|\son[a-z]+="/);
  for (const [, host] of document.matchAll(/https?:\/\/([\w.-]+)/g)) assert.equal(host, 'www.w3.org');
  pageAnswer(Buffer.from(document));
});

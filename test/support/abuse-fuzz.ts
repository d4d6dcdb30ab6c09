/** A seeded source of numbers (mulberry32): the same seed, the same cases. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** From 0 to `end` - 1. */
  below(end: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % end;
  }

  /** True once in `times`. */
  once(times: number): boolean {
    return this.below(times) === 0;
  }

  pick<Value>(values: readonly Value[]): Value {
    return values[this.below(values.length)]!;
  }
}

const METHODS =
  'GET GET GET HEAD POST POST POST PUT DELETE OPTIONS TRACE CONNECT PRI BREW get G\0T  M-SEARCH'.split(' ');
const TARGETS =
  '/telemetry /telemetry /health /openclaw /openclaw /openclaw / * /x /telemetry?a=b /openclaw/ /%6f http://127.0.0.1/health //health /../health /\0 /\xff 127.0.0.1:80 /#x'.split(
    ' ',
  );
const VERSIONS = ['HTTP/1.1', 'HTTP/1.1', 'HTTP/1.1', 'HTTP/1.1', 'HTTP/1.0', 'HTTP/2.0', 'http/1.1', ''];
const LINE_ENDS = ['\n', '\r', '\r\r\n', '\r\n ', '\r\n\r\n', ''];
const NAMES =
  'host origin content-length content-length transfer-encoding transfer-encoding content-type connection expect upgrade authorization sec-fetch-site trailer te cookie x \0 x:y __proto__ constructor Host CONTENT-LENGTH'.split(
    ' ',
  );
const VALUES = [
  ...'127.0.0.1 localhost evil.test null 0 1 5 -1 +1 0x10 1e3 65536 65537 18446744073709551616 chunked identity gzip close keep-alive upgrade websocket h2c 100-continue application/json text/plain cross-site \0 \xff'.split(
    ' ',
  ),
  'chunked, identity',
  'Bearer x',
  '5, 5',
  '',
  '\t',
  ' 7 ',
  '__proto__',
];
const TOKENS = [
  ...LINE_ENDS,
  ...VALUES,
  ' ',
  ':',
  '\r\n\r\n',
  'GET /health HTTP/1.1\r\nhost: localhost\r\n\r\n',
  'content-length: 3\r\n',
  'transfer-encoding: chunked\r\n',
  '0\r\n\r\n',
  '\xf0\x9f\x98',
  '\xed\xa0\x80',
  '{"__proto__":{}}',
];
const VERSIONS_OF_PUSH = '"version":"fuzz","plugin_version":"1"';

/** The bytes of one case as latin1, where they are cut into pieces, and whether the connection is reset behind them. */
export interface FuzzCase {
  readonly text: string;
  readonly cuts: readonly number[];
  readonly isReset: boolean;
}

/** Makes a case: one request or some behind each other, grammar-made, most of them nearly as they should be, then changed here and there. */
export function makeCase(random: Random): FuzzCase {
  let text = '';
  const requests = 1 + (random.once(3) ? random.below(4) : 0);
  for (let i = 0; i < requests; i++) text += makeRequest(random);
  const changes = random.pick([0, 0, 1, 1, 2, 5]);
  for (let i = 0; i < changes; i++) text = change(random, text);
  const cuts = Array.from({ length: random.pick([0, 0, 1, 2]) }, () => random.below(text.length + 1));
  return { text, cuts: cuts.sort((a, b) => a - b), isReset: random.once(5) };
}

function makeRequest(random: Random): string {
  const end = (): string => (random.once(60) ? random.pick(LINE_ENDS) : '\r\n');
  const body = makeBody(random);
  const isPush = random.once(2);
  const line = isPush
    ? 'POST /openclaw HTTP/1.1'
    : `${random.pick(METHODS)} ${random.pick(TARGETS)} ${random.pick(VERSIONS)}`;
  let head = `${line}${end()}`;
  if (!random.once(15)) head += `host: 127.0.0.1${end()}`;
  if (isPush && !random.once(10)) head += `content-type: application/json${end()}`;
  const extra = random.once(40) ? random.pick([99, 120, 3_000]) : random.pick([0, 0, 0, 1, 3]);
  for (let i = 0; i < extra; i++) head += `${random.pick(NAMES)}: ${random.pick(VALUES)}${end()}`;
  if (random.once(40)) head += `x: ${'y'.repeat(random.below(20_000))}${end()}`;
  if (!isPush && random.once(2)) return head + end();
  if (random.once(3)) return `${head}transfer-encoding: chunked${end()}${end()}${inChunks(random, body)}`;
  const length = random.once(10) ? body.length + random.below(9) - 4 : body.length;
  return `${head}content-length: ${length}${end()}${end()}${body}`;
}

function inChunks(random: Random, body: string): string {
  let text = '';
  for (let at = 0; at < body.length; ) {
    const size = 1 + random.below(Math.max(1, body.length));
    const piece = body.slice(at, at + size);
    const extension = random.once(20) ? ';a=b' : '';
    text += `${piece.length.toString(16)}${extension}\r\n${piece}\r\n`;
    at += size;
  }
  return `${text}0\r\n${random.once(20) ? 'x: y\r\n' : ''}\r\n`;
}

function makeBody(random: Random): string {
  const depth = 1 + random.below(random.once(5) ? 30_000 : 20);
  switch (random.below(12)) {
    case 0:
      return '['.repeat(depth) + ']'.repeat(random.once(2) ? depth : depth - 1);
    case 1:
      return `{${VERSIONS_OF_PUSH},"agents":[${'{"a":'.repeat(Math.min(depth, 10_000))}1${'}'.repeat(Math.min(depth, 10_000))}]}`;
    case 2:
      return `{"__proto__":{${VERSIONS_OF_PUSH}},"constructor":{"prototype":{"polluted":1}}}`;
    case 3:
      return `{${VERSIONS_OF_PUSH},"__proto__":{"agents":[1],"polluted":1},"agents":[{"__proto__":{"polluted":1}}]}`;
    case 4:
      return `{${VERSIONS_OF_PUSH},"agents":[${'1,'.repeat(random.below(30_000))}1]}`;
    case 5:
      return `{"version":"${'\xff\xfe\xc0\x80'.repeat(random.below(9))}\0","plugin_version":"\\ud800"}`;
    case 6:
      return `{${VERSIONS_OF_PUSH},"x":"${'y'.repeat(random.below(80_000))}"}`;
    case 7:
      return `{${VERSIONS_OF_PUSH},"agents":[{"a":${'9'.repeat(random.below(5_000))}e${random.below(999_999)}}]}`;
    case 8:
      return '';
    default:
      return `{${VERSIONS_OF_PUSH},"agents":[{"id":"${random.below(1_000)}"}]}`;
  }
}

function change(random: Random, text: string): string {
  const at = random.below(text.length + 1);
  const to = Math.min(text.length, at + 1 + random.below(random.once(4) ? 2_000 : 12));
  switch (random.below(6)) {
    case 0:
      return text.slice(0, at) + random.pick(TOKENS) + text.slice(at);
    case 1:
      return text.slice(0, at) + random.pick(TOKENS) + text.slice(to);
    case 2:
      return text.slice(0, at) + text.slice(to);
    case 3:
      return text.slice(0, to) + text.slice(at);
    case 4:
      return text.slice(0, at);
    default:
      return text.slice(0, at) + String.fromCharCode(random.below(256)) + text.slice(at + 1);
  }
}

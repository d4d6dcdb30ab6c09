import type { Format } from './exposition.js';

/** Media ranges that match the classic text, in order of specificity. The most specific one counts, whatever its `q`. */
const CLASSIC_RANGES = ['*/*', 'text/*', 'text/plain'];

/**
 * Chooses the format for an Accept header: OpenMetrics if the header names it and does not prefer the classic text, else the classic text,
 * which every client can read. There is no 406. An explicit version must match the supported one. A `q` that is not a number from 0 to 1
 * counts as 0.
 * @see https://www.rfc-editor.org/rfc/rfc9110#name-accept
 */
export function chooseFormat(accept: string): Format {
  let openQ = 0;
  let classicQ = 0;
  let classicRank = -1;
  for (const range of accept.split(',')) {
    const [type = '', ...words] = range.split(';').map((word) => word.trim().toLowerCase());
    const parameters = new Map(words.map((word) => pairOf(word)));
    const q = qualityOf(parameters.get('q') ?? '1');
    const version = parameters.get('version');
    if (type === 'application/openmetrics-text') {
      if (version === undefined || version === '1.0.0') openQ = Math.max(openQ, q);
      continue;
    }
    const rank = CLASSIC_RANGES.indexOf(type);
    if (rank < classicRank || rank < 0 || (version !== undefined && version !== '0.0.4')) continue;
    classicQ = rank > classicRank ? q : Math.max(classicQ, q);
    classicRank = rank;
  }
  return openQ > 0 && openQ >= classicQ ? 'openmetrics' : 'classic';
}

function pairOf(word: string): [name: string, value: string] {
  const equals = word.indexOf('=');
  if (equals < 0) return [word, ''];
  return [
    word.slice(0, equals).trimEnd(),
    word
      .slice(equals + 1)
      .trimStart()
      .replace(/^"(.*)"$/, '$1'),
  ];
}

function qualityOf(text: string): number {
  return /^(0(\.\d{0,3})?|1(\.0{0,3})?)$/.test(text) ? Number(text) : 0;
}

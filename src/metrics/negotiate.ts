import type { Format } from './exposition.js';

/** How specific a range is that takes in the classic text: the most specific counts, whatever it says. */
const CLASSIC_RANGES = ['*/*', 'text/*', 'text/plain'];

/**
 * The format that a request with this Accept gets: OpenMetrics if it names it and does not like the classic text better, else the classic
 * text, which everybody can read. There is no 406. A version that is named must be the one that is there; `q` that is no number from 0 to
 * 1 is 0.
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

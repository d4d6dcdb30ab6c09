import { requestHead } from './raw-http.js';

/** Somebody who takes his time: `first` is sent at once, `rest` a byte at a time, one a second, from its begin again when it is over. */
export interface Slow {
  readonly first: string;
  readonly rest: string;
  /** He reads nothing. */
  readonly isDeaf?: boolean;
}

const JSON_TYPE = { 'content-type': 'application/json' };
const GET = requestHead('GET', '/telemetry');
const HIDDEN = '{"version":"slow","plugin_version":"1"}';

/** Nobody of these comes to an end by himself. */
export const SLOW: Readonly<Record<string, Slow>> = {
  'never sends': { first: '', rest: '' },
  'sends empty lines': { first: '', rest: '\r\n' },
  'sends the request line a byte a second': { first: '', rest: `GET /${'a'.repeat(100)}` },
  'sends a header a byte a second': { first: 'GET /telemetry HTTP/1.1\r\nhost: 127.0.0.1\r\nx: ', rest: 'y' },
  'sends one header after the other': {
    first: 'GET /telemetry HTTP/1.1\r\nhost: 127.0.0.1\r\n',
    rest: 'x: y\r\n',
  },
  'stops in the middle of a head': { first: 'GET /telemetry HTTP/1.1\r\nhost: 127.0.0.1\r\n', rest: '' },
  'sends a push a byte a second': {
    first: requestHead('POST', '/openclaw', { ...JSON_TYPE, 'content-length': '60000' }) + HIDDEN,
    rest: ' ',
  },
  'sends a push in chunks of a byte a second': {
    first: `${requestHead('POST', '/openclaw', { ...JSON_TYPE, 'transfer-encoding': 'chunked' })}`,
    rest: '1\r\n \r\n',
  },
  'sends the length of a chunk without end': {
    first: requestHead('POST', '/openclaw', { ...JSON_TYPE, 'transfer-encoding': 'chunked' }),
    rest: '0',
  },
  'never sends the body of a push': {
    first: requestHead('POST', '/openclaw', { ...JSON_TYPE, 'content-length': '10' }),
    rest: '',
  },
  'waits to be asked for the body of a push': {
    first: requestHead('POST', '/openclaw', { ...JSON_TYPE, 'content-length': '10', expect: '100-continue' }),
    rest: '',
  },
  'never ends a push of which everything is there': {
    first: requestHead('POST', '/openclaw', { ...JSON_TYPE, 'content-length': '40' }) + HIDDEN,
    rest: '',
  },
  'sends a body behind GET a byte a second': {
    first: requestHead('GET', '/telemetry', { 'content-length': '60000' }),
    rest: ' ',
  },
  'sends a body to where nothing is a byte a second': {
    first: requestHead('POST', '/nowhere', { 'content-length': '60000' }),
    rest: ' ',
  },
  'goes on with a body that was too large': {
    first: `${requestHead('POST', '/openclaw', { ...JSON_TYPE, 'transfer-encoding': 'chunked' })}fffff\r\n${' '.repeat(70_000)}`,
    rest: ' ',
  },
  'asks once and no more': { first: GET, rest: '' },
  'asks once and then a byte a second': { first: GET, rest: GET },
  'asks and asks and does not read': { first: GET.repeat(5_000), rest: GET, isDeaf: true },
};

import type { RequestHead } from './guard.js';
import type { UwsRequest } from './uws-types.js';

/**
 * How a request delimits its body. `none`: it has no body. `body`: by a length or by chunks. `broken`: by two of these, by an empty length,
 * or by a transfer coding other than chunked.
 */
export type Framing = 'none' | 'body' | 'broken';

/**
 * The headers of the current request that the bridge uses. They are read in one pass, which costs less than three lookups by name and shows
 * repeated and empty headers. There is one instance per transport; its values are valid until the next request is read. Thread: main.
 */
export class UwsHeaders implements RequestHead {
  framing: Framing = 'none';
  #request: UwsRequest | null = null;
  #framings = 0;
  #host = '';
  #origin: string | null = null;
  #site: string | null = null;
  #authorization: string | null = null;
  #accept: string | null = null;
  #type: string | null = null;
  #length = '';

  read(request: UwsRequest): this {
    this.#request = request;
    this.framing = 'none';
    this.#framings = 0;
    this.#host = '';
    this.#origin = null;
    this.#site = null;
    this.#authorization = null;
    this.#accept = null;
    this.#type = null;
    this.#length = '';
    request.forEach(this.#look);
    return this;
  }

  getHeader(lowerCaseName: string): string {
    switch (lowerCaseName) {
      case 'host':
        return this.#host;
      case 'origin':
        return this.#origin ?? '';
      case 'sec-fetch-site':
        return this.#site ?? '';
      case 'authorization':
        return this.#authorization ?? '';
      case 'accept':
        return this.#accept ?? '';
      case 'content-type':
        return this.#type ?? '';
      case 'content-length':
        return this.#length;
      default:
        return '';
    }
  }

  getQuery(): string {
    return this.#request?.getQuery() ?? '';
  }

  readonly #look = (name: string, value: string): void => {
    switch (name) {
      case 'host':
        this.#host = value;
        break;
      case 'origin':
        this.#origin = both(this.#origin, value);
        break;
      case 'sec-fetch-site':
        this.#site = both(this.#site, value);
        break;
      case 'authorization':
        this.#authorization = both(this.#authorization, value);
        break;
      case 'accept':
        this.#accept = both(this.#accept, value);
        break;
      case 'content-type':
        this.#type = both(this.#type, value);
        break;
      case 'content-length':
        this.#length = value;
        this.#framed(value === '' ? 'broken' : 'body');
        break;
      case 'transfer-encoding':
        this.#framed(value.toLowerCase() === 'chunked' ? 'body' : 'broken');
        break;
    }
  };

  #framed(framing: Framing): void {
    this.framing = ++this.#framings === 1 ? framing : 'broken';
  }
}

/** Joins the values of a repeated header. `first`: null if it has not occurred yet. */
function both(first: string | null, second: string): string {
  return first === null ? second : `${first}, ${second}`;
}

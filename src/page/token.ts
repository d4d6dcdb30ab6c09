const KEY = 'harborforge-monitor-token';

/** The bridge's token, for as long as this tab is open. */
export class Token {
  readonly #storage: Storage | null;
  #token: string;

  constructor(storage: Storage | null) {
    this.#storage = storage;
    this.#token = storage?.getItem(KEY) ?? '';
  }

  /** What a request brings with it. */
  get headers(): Readonly<Record<string, string>> {
    return this.#token === '' ? {} : { authorization: `Bearer ${this.#token}` };
  }

  get isThere(): boolean {
    return this.#token !== '';
  }

  set(token: string): void {
    this.#token = token;
    this.#storage?.setItem(KEY, token);
  }

  forget(): void {
    this.#token = '';
    this.#storage?.removeItem(KEY);
  }
}

/** What a header can carry. Anything else is no token. */
export function isToken(text: string): boolean {
  return /^[\x21-\x7e]+$/.test(text);
}

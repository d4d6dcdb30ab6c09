import type { Scope } from '../support/fixtures.js';

/** What has been started, ended in reverse order when the soak is over, however it ends. */
export class Cleanup implements Scope {
  readonly #ends: (() => void | Promise<void>)[] = [];

  after(end: () => void | Promise<void>): void {
    this.#ends.push(end);
  }

  /** Ends all of it, and returns what went wrong; one end that fails does not keep the others from being done. */
  async end(): Promise<string[]> {
    const problems: string[] = [];
    for (let end = this.#ends.pop(); end !== undefined; end = this.#ends.pop()) {
      try {
        await end();
      } catch (error) {
        problems.push(String(error));
      }
    }
    return problems;
  }
}

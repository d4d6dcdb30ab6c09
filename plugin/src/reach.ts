import type { Log } from './log.js';

/** Tells of changes in whether the Monitor is reached, one line each; all else is for those who debug. */
export class Reach {
  readonly #log: Log;
  #state: 'not yet' | 'reached' | 'lost' = 'not yet';

  constructor(log: Log) {
    this.#log = log;
  }

  /** A push was accepted at `where`. `note` says what an operator should know besides. */
  succeeded(where: string, note: string): void {
    if (this.#state === 'reached') {
      this.#log.debug(`told the Monitor at ${where}`);
    } else {
      const again = this.#state === 'lost' ? ' again' : '';
      this.#log.info(`reached the Monitor at ${where}${again}; ${note}`);
    }
    this.#state = 'reached';
  }

  /** A push did not get through. */
  failed(where: string, reason: string): void {
    if (this.#state === 'reached') {
      this.#state = 'lost';
      this.#log.info(`lost the Monitor at ${where}: ${reason}; trying on`);
    } else {
      this.#log.debug(`the Monitor at ${where} is not reached: ${reason}`);
    }
  }
}

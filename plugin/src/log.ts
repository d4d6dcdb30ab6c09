import { type HostApi, peek } from './host.js';

/** Tells the host's log. Nothing that the host's logger does reaches the caller. */
export interface Log {
  info(text: string): void;
  debug(text: string): void;
}

/** A log that writes to whatever logger `api` has at that moment, and to none if it has none. */
export function createLog(api: HostApi, prefix: string): Log {
  const write = (level: 'info' | 'debug', text: string): void => {
    try {
      const logger = peek(api, 'logger');
      const method = peek(logger, level);
      if (typeof method === 'function') method.call(logger, `${prefix}: ${text}`);
    } catch {
      // Whom should one tell?
    }
  };
  return { info: (text) => write('info', text), debug: (text) => write('debug', text) };
}

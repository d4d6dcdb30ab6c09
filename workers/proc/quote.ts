import { MonitorError } from '../../src/shared/errors.js';

const MAX_QUOTED = 60;

/**
 * The error for a malformed kernel file; quotes the line that could not be parsed. Allocates: the error. Thread: any.
 */
export function parseError(
  file: string,
  problem: string,
  bytes: Uint8Array,
  start: number,
  end: number,
): MonitorError {
  let stop = start;
  while (stop < end && stop < start + MAX_QUOTED && bytes[stop] !== 10) stop++;
  const text = Buffer.from(bytes.subarray(start, stop)).toString('latin1');
  const summary = `cannot parse ${file}`;
  return new MonitorError('PROC_PARSE', `${summary}: ${problem}: ${JSON.stringify(text)}`, {
    context: { file, summary },
  });
}

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { MonitorError } from '../../src/shared/errors.js';

/** What a parser made of some bytes: its values, or 'PROC_PARSE'. Any other error is a failure of the test. */
export type Outcome = readonly number[] | 'PROC_PARSE';

/** Runs a parser. `parse` fills in and returns the values. */
export function outcomeOf(parse: () => Float64Array | number): Outcome {
  try {
    const values = parse();
    return typeof values === 'number' ? [values] : [...values];
  } catch (error) {
    assert.ok(error instanceof MonitorError, `threw something else: ${error}`);
    assert.equal(error.code, 'PROC_PARSE');
    return 'PROC_PARSE';
  }
}

/** Checks that `parse` throws PROC_PARSE with a message that names the file and quotes `text`. */
export function assertParseError(parse: () => unknown, file: string, text: string): void {
  assert.throws(parse, (error) => {
    assert.ok(error instanceof MonitorError);
    assert.equal(error.code, 'PROC_PARSE');
    assert.ok(error.message.startsWith(`cannot parse ${file}: `), error.message);
    assert.ok(error.message.includes(text), `${error.message} does not quote ${text}`);
    return true;
  });
}

/**
 * Runs `check` on `whole` cut off at every byte: once as a file that short, and once as it lies in a reader's buffer, where
 * the rest of an earlier and longer read still stands behind it.
 */
export function forEveryCut(
  whole: Uint8Array,
  check: (bytes: Uint8Array, length: number, where: string) => void,
): void {
  for (let length = 0; length < whole.length; length++) {
    check(whole.slice(0, length), length, `cut at ${length}`);
    check(whole, length, `cut at ${length}, with old bytes behind`);
  }
}

/** Any bytes, and bytes that look like a kernel file: digits, spaces, points and newlines behind a beginning. */
export function hostileBytes(beginning: string): fc.Arbitrary<Uint8Array> {
  const likely = fc
    .array(fc.constantFrom(...'0123456789 .-+:kB\n\t\0xeNaN'), { maxLength: 200 })
    .map((characters) => Buffer.from(beginning + characters.join(''), 'latin1') as Uint8Array);
  return fc.oneof(fc.uint8Array({ maxLength: 300 }), likely);
}

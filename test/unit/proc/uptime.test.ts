import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parseUptime } from '../../../workers/proc/uptime.js';
import { readExpected, readFixture, SOUND_MACHINES } from '../../support/fixtures.js';
import { assertParseError, forEveryCut, hostileBytes, outcomeOf } from '../../support/parsing.js';

function parseText(text: string): number {
  const bytes = Buffer.from(text, 'latin1');
  return parseUptime(bytes, bytes.length);
}

describe('parseUptime', () => {
  for (const machine of SOUND_MACHINES) {
    it(`reads the uptime of ${machine}`, () => {
      const file = readFixture(machine, 'uptime');
      assert.equal(parseUptime(file, file.length), readExpected(machine).uptime_seconds);
    });
  }

  it('drops the fraction of a second, and never rounds up', () => {
    assert.equal(parseText('59.99 1.00\n'), 59);
  });

  it('reads back any seconds', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 31 - 1), fc.nat(99), (seconds, hundredths) => {
        assert.equal(parseText(`${seconds}.${String(hundredths).padStart(2, '0')} 5.00\n`), seconds);
      }),
    );
  });

  it('rejects a file truncated within the uptime, and needs nothing after it', () => {
    const file = readFixture('swap-in-use', 'uptime');
    const uptimeEnd = '912345.99 '.length;
    forEveryCut(file, (bytes, length, where) => {
      const expected = length >= uptimeEnd ? [912_345] : 'PROC_PARSE';
      assert.deepEqual(
        outcomeOf(() => parseUptime(bytes, length)),
        expected,
        where,
      );
    });
  });

  it('returns seconds or throws PROC_PARSE for any bytes', () => {
    fc.assert(
      fc.property(hostileBytes('12.3'), (bytes) => {
        outcomeOf(() => parseUptime(bytes, bytes.length));
      }),
      { numRuns: 2_000 },
    );
  });

  it('rejects seconds that are too large', () => {
    assertParseError(() => parseText(`${'9'.repeat(30)}.00 1.00\n`), 'uptime', '99999');
  });

  it('quotes the line that it could not parse', () => {
    for (const text of ['-1.00 2.00', '12 34', '12. 34', '12.34x5', '.50 1.00', 'up 3 days']) {
      assertParseError(() => parseText(`${text}\n`), 'uptime', `"${text}"`);
    }
  });
});

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { diskUsedPct, diskUseOf, readDiskUse, readDiskUsedPct } from '../../../workers/host/statvfs.js';
import { temporaryFolder } from '../../support/fixtures.js';

/** What `df` itself shows, in whole percent, rounded up. */
function readDf(path: string): number {
  const text = execFileSync('df', ['-P', path], { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } });
  const use = / (\d+)% /.exec(text)?.[1];
  assert.ok(use !== undefined, text);
  return Number(use);
}

describe('diskUsedPct', () => {
  it('is the used space as a share of used plus available space', () => {
    // 100 blocks, 30 free, of which root keeps 10 for itself.
    assert.equal(diskUsedPct(100, 30, 20), (100 * 70) / 90);
  });

  it('is 0 when nothing is used, and 100 when nothing is available to users', () => {
    assert.equal(diskUsedPct(100, 100, 95), 0);
    assert.equal(diskUsedPct(100, 5, 0), 100);
  });

  it('is unknown for a file system without blocks', () => {
    assert.ok(Number.isNaN(diskUsedPct(0, 0, 0)));
  });

  it('does not depend on the size of a block', () => {
    const counts = fc.tuple(fc.nat(2 ** 30), fc.nat(2 ** 30), fc.nat(2 ** 30), fc.constantFrom(2, 8, 1_024));
    fc.assert(
      fc.property(counts, ([used, bavail, reserved, factor]) => {
        const bfree = bavail + reserved;
        const small = diskUsedPct((used + bfree) * factor, bfree * factor, bavail * factor);
        assert.deepEqual(small, diskUsedPct(used + bfree, bfree, bavail));
      }),
    );
  });
});

describe('readDiskUse', () => {
  it('agrees with df on the bytes of the file system at /', () => {
    const df = (): number[] => {
      const text = execFileSync('df', ['-B1', '--output=size,used,avail', '/'], { encoding: 'utf8' });
      return text.split('\n')[1]!.trim().split(/\s+/).map(Number);
    };
    // Other processes may write meanwhile, so our value is read between two readings of df.
    for (let attempt = 0; ; attempt++) {
      const before = df();
      const use = readDiskUse('/');
      const after = df();
      if (String(before) !== String(after) && attempt < 20) continue;
      assert.deepEqual([use.sizeBytes, use.usedBytes, use.availableBytes], after);
      return;
    }
  });

  it('reports no bytes on FUSE, whose block size is unknown, but still the share', () => {
    const counts = { bsize: 1_048_576, blocks: 100, bfree: 30, bavail: 20 };
    const { sizeBytes, usedBytes, availableBytes, usedPct } = diskUseOf({ ...counts, type: 0x65735546 });
    assert.deepEqual([sizeBytes, usedBytes, availableBytes], [Number.NaN, Number.NaN, Number.NaN]);
    assert.equal(usedPct, (100 * 70) / 90);
    assert.equal(diskUseOf({ ...counts, type: 0xef53 }).usedBytes, 70 * 1_048_576);
  });

  it('reports no bytes for a file system without blocks', () => {
    assert.ok(Number.isNaN(readDiskUse('/proc').sizeBytes));
  });
});

describe('readDiskUsedPct', () => {
  it('agrees with df on the file system at /', () => {
    // Other processes may write meanwhile, so our value is read between two readings of df.
    for (let attempt = 0; ; attempt++) {
      const before = readDf('/');
      const pct = readDiskUsedPct('/');
      const after = readDf('/');
      if (before !== after && attempt < 5) continue;
      assert.ok(pct > 0 && pct <= 100, `${pct}`);
      assert.equal(Math.ceil(pct), after);
      return;
    }
  });

  it('is unknown for /proc, which has no blocks', () => {
    assert.ok(Number.isNaN(readDiskUsedPct('/proc')));
  });

  it('throws the error of statfs for a missing path', (t) => {
    assert.throws(() => readDiskUsedPct(join(temporaryFolder(t), 'missing')), { code: 'ENOENT' });
  });
});

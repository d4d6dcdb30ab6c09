import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseSmaps } from '../../../bench/peers/parts/memory.js';

const SMAPS = `00400000-01400000 r-xp 00000000 fe:00 4711                       /usr/bin/node
Size:              16384 kB
Rss:               10000 kB
Pss:                2500 kB
Pss_Dirty:             0 kB
7f0000000000-7f0000021000 rw-p 00000000 00:00 0                  [heap]
Rss:                 300 kB
Pss:                 300 kB
7f0000100000-7f0000200000 r--p 00000000 fe:00 12                 /usr/lib/libc.so.6
Rss:                  80 kB
Pss:                   8 kB
7f0000300000-7f0000400000 rw-p 00000000 00:00 0
Rss:                  20 kB
Pss:                  20 kB
`;
const KB = 1024;

test('shared pages count proportionally, but pages of the program itself in full', () => {
  assert.deepEqual(parseSmaps(SMAPS, '/usr/bin/node'), { pss: 10_328 * KB, rss: 10_400 * KB });
});

test('without a program path, all shared pages count proportionally', () => {
  assert.deepEqual(parseSmaps(SMAPS, null), { pss: 2_828 * KB, rss: 10_400 * KB });
});

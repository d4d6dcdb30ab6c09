import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readPressureFiles } from '../../../workers/host/pressure-files.js';
import { temporaryFolder } from '../../support/fixtures.js';

const TEXT =
  'some avg10=12.34 avg60=0.00 avg300=0.00 total=5\nfull avg10=1.00 avg60=0.00 avg300=0.00 total=1\n';

test('pressure is unsupported if the kernel lacks it, and unknown for a malformed file', (t) => {
  const folder = temporaryFolder(t);
  assert.equal(readPressureFiles(folder), 'unsupported');
  mkdirSync(join(folder, 'pressure'));
  for (const resource of ['cpu', 'memory', 'io']) writeFileSync(join(folder, 'pressure', resource), TEXT);
  writeFileSync(join(folder, 'pressure', 'io'), 'garbage');
  assert.deepEqual(readPressureFiles(folder), { cpu: 12.34, memory: 12.34, io: null });
});

import { describe } from 'node:test';
import { floods } from './floods.js';
import { fuzz } from './fuzz.js';
import { resets } from './resets.js';
import { slowAbuse } from './slow.js';

// The slow ones wait most of the time, while the others go one by one. Each has a daemon of its own.
describe('abuse', { concurrency: 4 }, () => {
  slowAbuse();
  floods();
  resets();
  fuzz(process.env);
});

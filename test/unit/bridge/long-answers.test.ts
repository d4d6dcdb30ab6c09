import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAX_LONG_ANSWERS, MAX_LONG_ANSWERS_OF_ONE } from '../../../src/bridge/limits.js';
import { LongAnswers } from '../../../src/bridge/long-answers.js';

/** Registers long answers and records the names of those that were cut. */
function setUp() {
  const answers = new LongAnswers();
  const cut: string[] = [];
  return { cut, keep: (of: object, name: string) => answers.keep(of, () => void cut.push(name)) };
}

test('a connection is cut when it exceeds its own limit of unread answers', () => {
  const { cut, keep } = setUp();
  const [one, other] = [{}, {}];
  for (let i = 0; i < MAX_LONG_ANSWERS_OF_ONE; i++) {
    keep(one, `one's ${i}`);
    keep(other, `other's ${i}`);
  }
  assert.deepEqual(cut, []);
  keep(one, 'one too many');
  assert.deepEqual(cut, ['one too many']);
});

test('an answer that was read makes room, per connection and overall', () => {
  const { cut, keep } = setUp();
  const one = {};
  for (let i = 0; i < 3 * MAX_LONG_ANSWERS; i++) {
    const taken = keep(one, `one's ${i}`);
    taken();
    taken();
  }
  for (let i = 0; i < MAX_LONG_ANSWERS; i++) keep({}, `${i}`);
  assert.deepEqual(cut, []);
  keep({}, 'newest');
  keep({}, 'newest of all');
  assert.deepEqual(cut, ['0', '1']);
});

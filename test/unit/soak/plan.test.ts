import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DECK, deathsOf, nameOf } from '../../soak/cards.js';
import { MOODS } from '../../soak/moods.js';
import { createPlan } from '../../soak/plan.js';

const SEEDS = Array.from({ length: 50 }, (_each, seed) => seed);

test('the same seed and time give the same plan, and another seed another one', () => {
  assert.deepEqual(createPlan(7, 5), createPlan(7, 5));
  assert.notDeepEqual(createPlan(7, 5), createPlan(8, 5));
});

test('a plan stays within its time, and no fault begins before the previous one is over', () => {
  for (const seed of SEEDS) {
    for (const minutes of [0.5, 1, 5, 30]) {
      const { faults, moods } = createPlan(seed, minutes);
      for (const plan of [faults, moods]) {
        for (const [index, { atMs, forMs }] of plan.entries()) {
          const before = plan[index - 1];
          assert.ok(atMs >= (before === undefined ? 0 : before.atMs + before.forMs));
          assert.ok(atMs + forMs < minutes * 60_000);
        }
      }
    }
  }
});

test('half a minute has a fault, a minute three, half an hour all faults and bad backends repeatedly', () => {
  for (const seed of SEEDS) {
    assert.ok(createPlan(seed, 0.5).faults.length >= 1);
    assert.ok(createPlan(seed, 1).faults.length >= 3);
    const { faults, moods } = createPlan(seed, 30);
    for (const name of new Set(DECK.map(nameOf)))
      assert.ok(faults.filter(({ card }) => nameOf(card) === name).length >= 2, `${seed}: ${name}`);
    for (const each of MOODS)
      assert.ok(moods.filter(({ mood }) => mood === each).length >= 3, `${seed}: ${each}`);
  }
});

test('no thread dies so often in a row that the daemon ends by design', () => {
  for (const seed of SEEDS) {
    for (const thread of ['proc', 'disk', 'heartbeat'] as const) {
      let inARow = 0;
      let lastMs = Number.NEGATIVE_INFINITY;
      for (const { atMs, card } of createPlan(seed, 30).faults) {
        const deaths = deathsOf(card)[thread] ?? 0;
        if (deaths === 0) continue;
        inARow = atMs - lastMs > 60_000 ? deaths : inARow + deaths;
        lastMs = atMs;
        assert.ok(inARow <= 10, `seed ${seed}: ${inARow} deaths of the ${thread} thread in a row`);
      }
    }
  }
});

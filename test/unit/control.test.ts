import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { ACTIVITY, Control } from '../../src/shared/control.js';
import { createSharedMemory } from '../../src/shared/layout.js';

/** Calls `breakIn` once, right after the next Atomics.load and before its result is used. */
function afterLoad(t: TestContext, breakIn: () => void): void {
  const { load } = Atomics;
  const mock = t.mock.method(Atomics, 'load', (words: Int32Array, index: number) => {
    const value = load(words, index);
    mock.mock.restore();
    breakIn();
    return value;
  });
}

describe('the control word of a lane', () => {
  it('admits only the lane of the current generation', () => {
    const control = new Control(createSharedMemory());
    const first = control.nextGeneration('proc');
    assert.ok(control.enter('proc', first, ACTIVITY.writing));
    assert.ok(control.enter('proc', first, ACTIVITY.resting));
    assert.ok(!control.enter('disk', first, ACTIVITY.writing));
    assert.equal(control.replace('proc'), first + 1);
    assert.ok(!control.enter('proc', first, ACTIVITY.writing));
    assert.ok(!control.enter('proc', first, ACTIVITY.resting));
    assert.equal(control.generation('proc'), first + 1);
  });

  it('allows replacing a lane while it rests or asks, but not while it writes', () => {
    const control = new Control(createSharedMemory());
    const first = control.nextGeneration('disk');
    control.enter('disk', first, ACTIVITY.writing);
    assert.equal(control.replace('disk'), null);
    assert.equal(control.generation('disk'), first);
    control.enter('disk', first, ACTIVITY.asking);
    assert.ok(control.isAsking);
    assert.equal(control.replace('disk'), first + 1);
    assert.ok(!control.isAsking);
  });

  it('is reset if a lane ended while it wrote', () => {
    const control = new Control(createSharedMemory());
    control.enter('proc', control.nextGeneration('proc'), ACTIVITY.writing);
    const next = control.nextGeneration('proc');
    assert.ok(control.enter('proc', next, ACTIVITY.writing));
  });

  it('rejects a lane that is replaced while it enters', (t) => {
    const control = new Control(createSharedMemory());
    const first = control.nextGeneration('proc');
    afterLoad(t, () => control.replace('proc'));
    assert.equal(control.enter('proc', first, ACTIVITY.writing), false);
    assert.notEqual(control.replace('proc'), null);
  });

  it('does not replace a lane that enters during the replacement', (t) => {
    const control = new Control(createSharedMemory());
    const first = control.nextGeneration('proc');
    afterLoad(t, () => control.enter('proc', first, ACTIVITY.writing));
    assert.equal(control.replace('proc'), null);
    assert.ok(control.enter('proc', first, ACTIVITY.resting));
  });
});

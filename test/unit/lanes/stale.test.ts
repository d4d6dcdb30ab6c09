import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { S, SOURCES, sourceBit } from '../../../src/shared/fields.js';
import { Staleness } from '../../../workers/lanes/stale.js';

describe('Staleness', () => {
  it('has no stale source at first', () => {
    assert.equal(new Staleness(0).mask, 0);
  });

  it('marks only a failed source, until it has a value again', () => {
    for (const source of SOURCES) {
      const stale = new Staleness(0);
      stale.failed(S[source]);
      stale.failed(S[source]);
      assert.equal(stale.mask, sourceBit(source));
      stale.fresh(S[source], 10);
      assert.equal(stale.mask, 0);
    }
  });

  it('keeps the marks of the others', () => {
    const stale = new Staleness(0);
    for (const source of SOURCES) stale.failed(S[source]);
    stale.fresh(S.disk, 10);
    assert.equal(stale.mask, 2 ** SOURCES.length - 1 - sourceBit('disk'));
  });

  it('keeps the latest reason of a failed source until it has a value again', () => {
    const stale = new Staleness(0);
    const reason = (detail: string) => ({ summary: 'cannot read x', detail });
    stale.failed(S.load, reason('EIO'));
    stale.failed(S.load, reason('EACCES'));
    assert.equal(stale.reasons[S.load]?.detail, 'EACCES');
    stale.fresh(S.load, 4_000);
    assert.equal(stale.reasons[S.load], null);
  });

  it('reports a change, but not a repeated failure for the same reason', () => {
    const stale = new Staleness(0);
    const reason = { summary: 'cannot read x', detail: null };
    const changes: boolean[] = [];
    for (const step of [
      () => stale.failed(S.load, reason),
      () => stale.failed(S.load, reason),
      () => stale.failed(S.load, { ...reason }),
      () => stale.fresh(S.load, 10),
      () => stale.fresh(S.load, 20),
    ]) {
      stale.hasChanged = false;
      step();
      changes.push(stale.hasChanged);
    }
    assert.deepEqual(changes, [true, false, true, true, false]);
  });

  it('reports a source without a new value for longer than a limit', () => {
    const stale = new Staleness(0);
    stale.fresh(S.disk, 1_000);
    assert.equal(stale.olderThan(S.disk, 500, 1_500), false);
    assert.equal(stale.olderThan(S.disk, 500, 1_501), true);
    assert.equal(stale.olderThan(S.nginx, 500, 501), true);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { S, SOURCES, sourceBit } from '../../../src/shared/fields.js';
import { Staleness } from '../../../workers/lanes/stale.js';

describe('Staleness', () => {
  it('knows nothing stale at first', () => {
    assert.equal(new Staleness(0).mask, 0);
  });

  it('marks a source that failed, and no other, until it gives a value again', () => {
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

  it('gives the age of the newest value, in seconds', () => {
    const stale = new Staleness(1_000);
    stale.fresh(S.load, 4_000);
    stale.failed(S.load);
    stale.age(6_500);
    assert.equal(stale.seconds[S.load], 2.5);
  });

  it('counts from the start for a source that never gave a value', () => {
    const stale = new Staleness(1_000);
    stale.failed(S.uptime);
    stale.age(6_500);
    assert.equal(stale.seconds[S.uptime], 5.5);
  });

  it('gives no negative age for a value that is newer than the tick', () => {
    const stale = new Staleness(1_000);
    stale.fresh(S.disk, 2_000);
    stale.failed(S.disk);
    stale.age(1_990);
    assert.equal(stale.seconds[S.disk], 0);
  });

  it('tells when a source has had no new value for longer than a limit', () => {
    const stale = new Staleness(0);
    stale.fresh(S.disk, 1_000);
    assert.equal(stale.olderThan(S.disk, 500, 1_500), false);
    assert.equal(stale.olderThan(S.disk, 500, 1_501), true);
    assert.equal(stale.olderThan(S.nginx, 500, 501), true);
  });
});

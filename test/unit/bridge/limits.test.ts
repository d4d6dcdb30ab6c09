import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, it } from 'node:test';
import {
  connectionsWithin,
  MAX_CONNECTIONS,
  parseOpenFiles,
  spareConnectionsWithin,
} from '../../../src/bridge/limits.js';

describe('parseOpenFiles', () => {
  it('reads the soft limit from /proc/self/limits', () => {
    const limits = execFileSync('prlimit', ['--nofile=777:888', 'cat', '/proc/self/limits'], {
      encoding: 'utf8',
    });
    assert.equal(parseOpenFiles(limits), 777);
  });

  it('returns Infinity if the limit is unlimited or missing', () => {
    const line = 'Max open files            unlimited            unlimited            files     \n';
    for (const limits of [line, '']) assert.equal(parseOpenFiles(limits), Number.POSITIVE_INFINITY);
  });
});

describe('spareConnectionsWithin', () => {
  it('returns the remaining descriptors, and 0 if there are few', () => {
    assert.equal(spareConnectionsWithin(Number.POSITIVE_INFINITY), Number.POSITIVE_INFINITY);
    assert.ok(spareConnectionsWithin(1_024) >= 511);
    assert.equal(spareConnectionsWithin(80), 4);
    for (const descriptors of [50, 60, 64, 76]) assert.equal(spareConnectionsWithin(descriptors), 0);
  });
});

describe('connectionsWithin', () => {
  it('reserves descriptors for the daemon and allows some connections even at a low limit', () => {
    assert.equal(connectionsWithin(Number.POSITIVE_INFINITY), MAX_CONNECTIONS);
    assert.equal(connectionsWithin(524_288), MAX_CONNECTIONS);
    assert.equal(connectionsWithin(1_024), 384);
    assert.equal(connectionsWithin(256), 16);
    assert.equal(connectionsWithin(64), 4);
    assert.equal(connectionsWithin(50), 2);
  });
});

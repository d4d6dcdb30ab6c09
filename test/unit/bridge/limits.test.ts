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
  it('reads what the kernel tells of a process', () => {
    const limits = execFileSync('prlimit', ['--nofile=777:888', 'cat', '/proc/self/limits'], {
      encoding: 'utf8',
    });
    assert.equal(parseOpenFiles(limits), 777);
  });

  it('finds no limit where there is none, or nothing is told', () => {
    const line = 'Max open files            unlimited            unlimited            files     \n';
    for (const limits of [line, '']) assert.equal(parseOpenFiles(limits), Number.POSITIVE_INFINITY);
  });
});

describe('spareConnectionsWithin', () => {
  it('is what is left of the descriptors, and none where there are few', () => {
    assert.equal(spareConnectionsWithin(Number.POSITIVE_INFINITY), Number.POSITIVE_INFINITY);
    assert.ok(spareConnectionsWithin(1_024) >= 511);
    assert.equal(spareConnectionsWithin(80), 4);
    for (const descriptors of [50, 60, 64, 76]) assert.equal(spareConnectionsWithin(descriptors), 0);
  });
});

describe('connectionsWithin', () => {
  it('leaves the daemon what it needs itself, and holds some however little there is', () => {
    assert.equal(connectionsWithin(Number.POSITIVE_INFINITY), MAX_CONNECTIONS);
    assert.equal(connectionsWithin(524_288), MAX_CONNECTIONS);
    assert.equal(connectionsWithin(1_024), 384);
    assert.equal(connectionsWithin(256), 16);
    assert.equal(connectionsWithin(64), 4);
    assert.equal(connectionsWithin(50), 2);
  });
});

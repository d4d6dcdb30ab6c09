import assert from 'node:assert/strict';
import { lutimesSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import type { DumpTask } from '../../../src/shared/messages.js';
import { RecorderWriter } from '../../../src/shared/recorder.js';
import { dumpFileName, MAX_DUMPS, writeDump } from '../../../workers/dump/write-dump.js';
import { temporaryFolder } from '../../support/fixtures.js';
import { createRing, rowOf } from '../../support/recorders.js';

function taskOf(t: TestContext): DumpTask {
  const shared = createRing(10);
  new RecorderWriter(shared).append(1, 2, rowOf(3));
  return {
    shared,
    abandoned: new Int32Array(new SharedArrayBuffer(4)),
    folder: temporaryFolder(t),
    wallMs: Date.parse('2026-03-22T01:37:21.002Z'),
  };
}

describe('writing a dump', () => {
  it('names the file after the time of the request, in UTC, and 64 random bits', () => {
    const wallMs = Date.parse('2026-03-22T01:37:21.002+01:00');
    const names = Array.from({ length: 100 }, () => dumpFileName(wallMs));
    for (const name of names)
      assert.match(name, /^harborforge-monitor-history-20260322T003721\.002Z-[0-9a-f]{16}\.csv$/);
    assert.equal(new Set(names).size, names.length);
  });

  it('reports what it wrote, and where', (t) => {
    const task = taskOf(t);
    const told = writeDump(task);
    const [name = '', ...more] = readdirSync(task.folder);
    assert.deepEqual(more, []);
    assert.ok(told.type === 'written' && told.bytes > 100);
    assert.deepEqual(
      { ...told, bytes: 0 },
      { type: 'written', path: `${task.folder}/${name}`, rows: 1, bytes: 0 },
    );
  });

  it('is refused at the limit of dumps, deletes none of them, and works again when one is gone', (t) => {
    const task = taskOf(t);
    const paths = Array.from({ length: MAX_DUMPS }, () => {
      const told = writeDump(task);
      assert.ok(told.type === 'written');
      return told.path;
    });
    assert.deepEqual(writeDump(task), {
      type: 'failed',
      reason: `${task.folder} already has 20 dumps (limit 20): move or delete some`,
    });
    assert.deepEqual(readdirSync(task.folder).sort(), paths.map((path) => basename(path)).sort());
    rmSync(paths[7]!);
    assert.equal(writeDump(task).type, 'written');
  });

  it('stops when it was abandoned, and leaves nothing', (t) => {
    const task = taskOf(t);
    task.abandoned[0] = 1;
    assert.deepEqual(writeDump(task), {
      type: 'failed',
      reason: `${task.folder}: the daemon ended before all of it was written`,
    });
    assert.deepEqual(readdirSync(task.folder), []);
  });

  it('reports a path that is missing or not a folder', (t) => {
    const task = taskOf(t);
    const folder = `${task.folder}/none`;
    assert.deepEqual(writeDump({ ...task, folder }), { type: 'failed', reason: `${folder} is not there` });
    assert.deepEqual(writeDump({ ...task, folder: '/dev/null' }), {
      type: 'failed',
      reason: '/dev/null is no folder',
    });
  });

  it('reports a folder that exists but cannot be written to', (t) => {
    const told = writeDump({ ...taskOf(t), folder: '/proc' });
    assert.match(told.type === 'failed' ? told.reason : '', /^\/proc can't be written to: ENOENT: /);
  });

  it('first removes an unfinished dump of a killed daemon', (t) => {
    const task = taskOf(t);
    const left = join(task.folder, `.${dumpFileName(0)}.unfinished`);
    writeFileSync(left, 'time,');
    lutimesSync(left, task.wallMs / 1_000, task.wallMs / 1_000 - 3_600);
    const told = writeDump(task);
    assert.ok(told.type === 'written');
    assert.deepEqual(readdirSync(task.folder), [basename(told.path)]);
  });

  it('reports any other error of the file system verbatim', (t) => {
    const told = writeDump({ ...taskOf(t), folder: `/${'x'.repeat(300)}` });
    assert.match(told.type === 'failed' ? told.reason : '', /^\/x+: ENAMETOOLONG: name too long/);
  });
});

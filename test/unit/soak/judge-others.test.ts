import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeLog } from '../../soak/judge-log.js';
import { judgePushes, judgeRequests } from '../../soak/judge-requests.js';
import type { Section } from '../../soak/rows.js';
import type { ClientTally } from '../../soak/steady-client.js';
import { failuresOf, judgeFaults, renderTable } from '../../soak/table.js';
import { Windows } from '../../soak/windows.js';

const failures = (section: Section): string[] => failuresOf([section]);

const TALLY: ClientTally = {
  name: 'client',
  sent: 10,
  answered: 8,
  unavailable: 1,
  excused: 1,
  failed: 0,
  problems: [],
  frames: 8,
  latenciesMs: [1, 2],
  gapsMs: 0,
};

test('answered requests and those excused by a fault pass; a failed or missing one does not', () => {
  assert.deepEqual(failures(judgeRequests([TALLY], 0)), []);
  assert.equal(
    failures(judgeRequests([{ ...TALLY, sent: 11, failed: 1, problems: ['ECONNRESET'] }], 0)).length,
    1,
  );
  assert.equal(failures(judgeRequests([{ ...TALLY, sent: 11 }], 0)).length, 1);
  assert.equal(
    failures(judgeRequests([{ ...TALLY, sent: 0, answered: 0, unavailable: 0, excused: 0 }], 0)).length,
    1,
  );
  assert.equal(failures(judgeRequests([TALLY], 1)).length, 1);
});

test('one answer in fifty that takes 333 ms outside of faults is too slow, and no answers fail', () => {
  const latenciesMs = Array.from({ length: 200 }, (_each, index) => (index % 50 === 7 ? 333 : 1));
  assert.match(failures(judgeRequests([{ ...TALLY, latenciesMs }], 0)).join(), /p99/);
  assert.deepEqual(failures(judgeRequests([{ ...TALLY, latenciesMs: [...Array(199).fill(1), 333] }], 0)), []);
  assert.match(failures(judgeRequests([{ ...TALLY, latenciesMs: [] }], 0)).join(), /p99/);
});

test('a failed push needs a fault', () => {
  const pushes = [
    { atMs: 1_000, isAccepted: true },
    { atMs: 9_000, isAccepted: false },
  ];
  assert.equal(failures(judgePushes(pushes, new Windows(() => 0))).length, 1);
  const windows = new Windows(() => 8_000);
  windows.open(['pushes']);
  assert.deepEqual(failures(judgePushes(pushes, windows)), []);
});

test('a log may report changes, but no repetition, not too many lines, and no key', () => {
  const change = (msg: string) => ({ level: 'warn', condition: 'disk', msg });
  const lines = [
    change('disk is stale'),
    change('resolved: disk is stale (lasted 2 s)'),
    change('disk is stale'),
  ];
  assert.deepEqual(failures(judgeLog(lines, 1, ['s3cret'])), []);
  assert.match(failures(judgeLog([...lines, change('disk is stale')], 1, [])).join(), /say again/);
  assert.match(failures(judgeLog([change('key s3cret')], 1, ['s3cret'])).join(), /key/);
  const many = Array.from({ length: 20 }, (_each, index) => change(`change ${index}`));
  assert.match(failures(judgeLog(many, 1, [])).join(), /lines/);
});

test('an unrecovered fault fails and is named in the table, and a death without a fault fails', () => {
  const outcome = {
    name: 'proc thread: loop',
    backMs: 1_000,
    deaths: { proc: 1 },
    skipped: null,
    problem: null,
  };
  assert.deepEqual(failures(judgeFaults([outcome], 3, [], { proc: 1 })), []);
  const bad = judgeFaults([{ ...outcome, problem: 'no answer from /health' }], 3, [], { proc: 1 });
  assert.equal(failures(bad).length, 1);
  assert.match(failures(judgeFaults([outcome], 3, [], { proc: 2 })).join(), /proc thread besides the 1/);
  assert.match(failures(judgeFaults([outcome], 3, [], { proc: 1, disk: 1 })).join(), /disk thread/);
  assert.match(renderTable([bad]), /FAILED\n {6}proc thread: loop: no answer from \/health/);
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { detectFormat, formatEntry } from '../../src/log-format.js';

const at = '2026-03-22T01:37:21.042Z';
const line = (entry: object): string => `${JSON.stringify({ level: 'warn', time: at, ...entry })}\n`;

describe('formatEntry', () => {
  it('leaves JSON unchanged', () => {
    const json = line({ msg: 'stale' });
    assert.equal(formatEntry(json, 'json', true), json);
  });

  it('gives journald the priority, and leaves the time to it', () => {
    const said = line({ condition: 'stale.disk', msg: 'disk: no new value can be had' });
    assert.equal(
      formatEntry(said, 'journal', false),
      '<4>disk: no new value can be had condition=stale.disk\n',
    );
  });

  for (const [level, priority] of [
    ['fatal', 2],
    ['error', 3],
    ['info', 6],
    ['debug', 7],
    ['trace', 7],
  ] as const) {
    it(`maps ${level} to syslog priority ${priority}`, () => {
      assert.equal(formatEntry(line({ level, msg: 'x' }), 'journal', false), `<${priority}>x\n`);
    });
  }

  it('writes text with the time of day, the level and the fields', () => {
    const text = formatEntry(
      line({ address: 'http://127.0.0.1:7311', token: false, msg: 'bridge listening' }),
      'text',
      false,
    );
    assert.match(
      text,
      /^\d\d:\d\d:21 warn {2}bridge listening address=http:\/\/127\.0\.0\.1:7311 token=false\n$/,
    );
  });

  it('colours only the level', () => {
    const text = formatEntry(line({ msg: 'x' }), 'text', true);
    assert.equal(text.slice(text.indexOf(' ')), ' \x1b[33mwarn \x1b[0m x\n');
  });

  it('quotes ambiguous values, and replaces newlines', () => {
    const said = line({ why: 'a b', say: '"', list: [1, 'b'], none: null, msg: 'one\ntwo' });
    assert.equal(
      formatEntry(said, 'journal', false),
      '<4>one two why="a b" say="\\"" list="[1,\\"b\\"]" none=null\n',
    );
  });

  it('shows the stack of an error below it, at the same priority', () => {
    const said = line({
      level: 'fatal',
      err: { type: 'Error', stack: 'Error: x\n    at a\n    at b' },
      msg: 'x',
    });
    assert.equal(formatEntry(said, 'journal', false), '<2>x\n<2>    at a\n<2>    at b\n');
  });
});

describe('detectFormat', () => {
  it('is JSON without a terminal, even if the journal is connected to another stream', () => {
    assert.equal(detectFormat({ JOURNAL_STREAM: '1:1' }), 'json');
  });
});

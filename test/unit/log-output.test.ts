import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLogger } from '../../src/log.js';
import { LogOutput } from '../../src/log-output.js';

/** A reader that takes at most `room` bytes. */
function setUp() {
  const reader = { room: 0, text: '' };
  const output = new LogOutput((bytes) => {
    if (reader.room === 0) throw Object.assign(new Error('again'), { code: 'EAGAIN' });
    const taken = Math.min(reader.room, bytes.length);
    reader.room -= taken;
    reader.text += Buffer.from(bytes.subarray(0, taken)).toString('latin1');
    return taken;
  });
  output.onLost = (lines) => output.write(`lost ${lines}\n`);
  return { reader, output };
}

test('a line is written before the call returns', () => {
  const { reader, output } = setUp();
  reader.room = 100;
  output.write('one\n');
  assert.equal(reader.text, 'one\n');
});

test('unread output is kept and written with the next line, in order and complete', () => {
  const { reader, output } = setUp();
  output.write('one\n');
  reader.room = 2;
  output.write('two\n');
  assert.equal(reader.text, 'on');
  reader.room = 100;
  output.write('three\n');
  assert.equal(reader.text, 'one\ntwo\nthree\n');
});

test('unread output is written without another line soon after the reader has room', async () => {
  const { reader, output } = setUp();
  output.write('one\n');
  reader.room = 100;
  await output.settle(60_000);
  assert.equal(reader.text, 'one\n');
});

test('settle times out if the reader never reads', async () => {
  const { reader, output } = setUp();
  output.write('one\n');
  await output.settle(10);
  assert.equal(reader.text, '');
});

test('output beyond the buffer is dropped, and the loss is written in its place', () => {
  const { reader, output } = setUp();
  const line = `${'x'.repeat(999)}\n`;
  for (let i = 0; i < 65; i++) output.write(line);
  output.write(line);
  // It would fit, but it comes after the dropped line.
  output.write('short\n');
  reader.room = 1_000;
  output.write('short\n');
  reader.room = 1_000_000;
  output.write('new\n');
  assert.equal(reader.text, `${line.repeat(65)}lost 3\nnew\n`);
  output.write('newer\n');
  assert.ok(reader.text.endsWith('lost 3\nnew\nnewer\n'));
});

test('a write of zero bytes leaves the rest for later, like a failed one', async () => {
  let text = '';
  let room = 2;
  let writes = 0;
  const output = new LogOutput((bytes) => {
    // An endless loop would not let the test end.
    assert.ok(++writes < 100, 'it goes on writing');
    const taken = Math.min(room, bytes.length);
    room -= taken;
    text += Buffer.from(bytes.subarray(0, taken)).toString();
    return taken;
  });
  output.write('one\n');
  assert.deepEqual([text, writes], ['on', 2]);
  room = 100;
  await output.settle(60_000);
  assert.equal(text, 'one\n');
});

for (const [dropped, told] of [
  [1, 'dropped 1 log line: stdout was blocked'],
  [12, 'dropped 12 log lines: stdout was blocked'],
] as const) {
  test(`the log reports ${dropped} dropped: ${told}`, () => {
    const { reader, output } = setUp();
    const log = createLogger('info', 'json', {}, output);
    output.write(`${'x'.repeat(65_535)}\n`);
    for (let i = 0; i < dropped; i++) log.info('dropped');
    reader.room = 1_000_000;
    log.info('next');
    const lines = reader.text.split('\n').slice(1, -1);
    assert.deepEqual(
      lines.map((line) => (JSON.parse(line) as { msg: string }).msg),
      [told, 'next'],
    );
  });
}

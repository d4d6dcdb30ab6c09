import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LogOutput } from '../../src/log-output.js';

/** A reader that takes as many bytes as it is told to. */
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

test('what nobody reads is kept, and comes with the next line, in order and whole', () => {
  const { reader, output } = setUp();
  output.write('one\n');
  reader.room = 2;
  output.write('two\n');
  assert.equal(reader.text, 'on');
  reader.room = 100;
  output.write('three\n');
  assert.equal(reader.text, 'one\ntwo\nthree\n');
});

test('it comes without another line, too, soon after it can', async () => {
  const { reader, output } = setUp();
  output.write('one\n');
  reader.room = 100;
  await output.settle(60_000);
  assert.equal(reader.text, 'one\n');
});

test('waiting for a reader that never reads has an end', async () => {
  const { reader, output } = setUp();
  output.write('one\n');
  await output.settle(10);
  assert.equal(reader.text, '');
});

test('what is more than can be kept is lost, and that is told where it is missing, before anything newer', () => {
  const { reader, output } = setUp();
  const line = `${'x'.repeat(999)}\n`;
  for (let i = 0; i < 65; i++) output.write(line);
  output.write(line);
  // Would fit, but stand behind what is missing.
  output.write('short\n');
  reader.room = 1_000;
  output.write('short\n');
  reader.room = 1_000_000;
  output.write('new\n');
  assert.equal(reader.text, `${line.repeat(65)}lost 3\nnew\n`);
  output.write('newer\n');
  assert.ok(reader.text.endsWith('lost 3\nnew\nnewer\n'));
});

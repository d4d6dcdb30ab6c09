import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { readToken } from '#plugin/token-file.js';
import { temporaryFolder } from '../../support/fixtures.js';

const { signal } = new AbortController();
const TOKEN = 'a-token-of-some-length';

function fileWith(t: TestContext, text: string): string {
  const path = join(temporaryFolder(t), 'token');
  writeFileSync(path, text);
  return path;
}

test('the token is the content of the file without surrounding whitespace', async (t) => {
  assert.equal(await readToken(fileWith(t, `  ${TOKEN}\n`), signal), TOKEN);
});

for (const [what, text] of [
  ['an empty file', ' \n'],
  ['two lines', `${TOKEN}\n${TOKEN}`],
  ['other characters', `${TOKEN}ü`],
  ['a file too large for a token', TOKEN.repeat(10_000)],
] as const) {
  test(`${what} is refused by name, without repeating its content`, async (t) => {
    const path = fileWith(t, text);
    await assert.rejects(readToken(path, signal), ({ message }: Error) => {
      assert.ok(message.includes(path));
      assert.ok(!message.includes(TOKEN));
      return true;
    });
  });
}

test('a missing file is an error with its reason', async (t) => {
  const path = join(temporaryFolder(t), 'none');
  await assert.rejects(readToken(path, signal), { message: `the token file ${path} can't be read (ENOENT)` });
});

test('a folder and a pipe are refused without blocking', async (t) => {
  const pipe = join(temporaryFolder(t), 'pipe');
  execFileSync('mkfifo', [pipe]);
  for (const path of [temporaryFolder(t), pipe]) {
    await assert.rejects(readToken(path, signal), /is not a file with a token/);
  }
});

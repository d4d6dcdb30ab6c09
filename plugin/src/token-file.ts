import { readFile, stat } from 'node:fs/promises';
import { peek } from './host.js';

const MAX_BYTES = 65_536;

/**
 * Reads the token that the Monitor's bridge asks for. It is read each time, so that a new one is taken up by itself.
 * @throws Error that says in one sentence what is wrong with the file; the token is in no error
 */
export async function readToken(path: string, signal: AbortSignal): Promise<string> {
  const token = (await readText(path, signal)).trim();
  if (token === '') throw new Error(`the token file ${path} is empty`);
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw new Error(`the token in ${path} is not printable ASCII without spaces`);
  }
  return token;
}

async function readText(path: string, signal: AbortSignal): Promise<string> {
  try {
    const stats = await stat(path);
    // Reading a pipe may wait for ever.
    if (stats.isFile() && stats.size <= MAX_BYTES) return await readFile(path, { encoding: 'utf8', signal });
  } catch (error) {
    throw new Error(`the token file ${path} can't be read (${String(peek(error, 'code') ?? error)})`);
  }
  throw new Error(`the token file ${path} is not a file with a token`);
}

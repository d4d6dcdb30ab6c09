import assert from 'node:assert/strict';
import type { LookupAddress, LookupOptions } from 'node:dns';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { HostLookup } from '../../../workers/net/lookup.js';
import { temporaryFolder } from '../../support/fixtures.js';

/** A test that takes this long has failed; a passing one takes far less. */
const LIMIT = { timeout: 30_000 };

/** A fake `getent`: a shell script with these commands. */
function lookupBy(t: TestContext, ...commands: string[]): HostLookup {
  const folder = temporaryFolder(t);
  const path = join(folder, 'getent');
  writeFileSync(path, ['#!/bin/sh', ...commands, ''].join('\n'));
  chmodSync(path, 0o755);
  return new HostLookup(folder);
}

function ask(
  { lookup }: HostLookup,
  hostname: string,
  options: LookupOptions = { all: true },
): Promise<{ error: string | null; address: string | LookupAddress[]; family: number | undefined }> {
  // A lookup keeps no thread alive.
  const alive = setInterval(() => {}, 1_000);
  return new Promise((resolve) => {
    lookup(hostname, options, (error, address, family) => {
      clearInterval(alive);
      resolve({ error: error?.message ?? null, address, family });
    });
  });
}

const BOTH = [
  "echo '2001:db8::1     STREAM backend.example'",
  "echo '2001:db8::1     DGRAM  '",
  "echo '2001:db8::1     RAW    '",
  "echo '192.0.2.1       STREAM '",
  "echo '192.0.2.1       DGRAM  '",
];

describe('HostLookup', LIMIT, () => {
  it('resolves a name that this machine knows', async () => {
    const { error, address } = await ask(new HostLookup(), '127.0.0.1');
    assert.equal(error, null);
    assert.ok(Array.isArray(address) && address.length > 0);
    for (const { address: each } of address) assert.match(each, /^(127\.0\.0\.1|::1)$/);
  });

  for (const name of ['localhost', 'backend.localhost', 'LOCALHOST']) {
    it(`resolves ${name} to this machine without a query`, async (t) => {
      const { address } = await ask(lookupBy(t, ...BOTH), name);
      assert.deepEqual(address, [
        { address: '127.0.0.1', family: 4 },
        { address: '::1', family: 6 },
      ]);
    });
  }

  it('returns every address once, in the order to try', async (t) => {
    const { address } = await ask(lookupBy(t, ...BOTH), 'backend.example');
    assert.deepEqual(address, [
      { address: '2001:db8::1', family: 6 },
      { address: '192.0.2.1', family: 4 },
    ]);
  });

  it('returns the first address of the requested family', async (t) => {
    const lookup = lookupBy(t, ...BOTH);
    assert.deepEqual(await ask(lookup, 'backend.example', {}), {
      error: null,
      address: '2001:db8::1',
      family: 6,
    });
    assert.equal((await ask(lookup, 'backend.example', { family: 4 })).address, '192.0.2.1');
  });

  it('fails like Node for a name without an address', async (t) => {
    const { error } = await ask(lookupBy(t, 'exit 2'), 'backend.example');
    assert.equal(error, 'getaddrinfo ENOTFOUND backend.example');
  });

  it('treats no name as an option, and runs no shell', async (t) => {
    const folder = temporaryFolder(t);
    const { error } = await ask(
      lookupBy(t, `printf '%s,' "$@" > ${join(folder, 'arguments')}`, 'exit 2'),
      '-s;id',
    );
    assert.equal(error, 'getaddrinfo ENOTFOUND -s;id');
    assert.equal(readFileSync(join(folder, 'arguments'), 'utf8'), 'ahosts,--,-s;id,');
  });

  it('can be cancelled while it hangs', async (t) => {
    const lookup = lookupBy(t, 'exec /bin/sleep 3600');
    const asked = ask(lookup, 'backend.example');
    const timer = setInterval(() => lookup.cancel(), 10);
    const { error } = await asked;
    clearInterval(timer);
    assert.equal(error, 'getaddrinfo ENOTFOUND backend.example');
  });

  it('falls back to Node without getent', async (t) => {
    const { error, address } = await ask(new HostLookup(temporaryFolder(t)), '127.0.0.1');
    assert.equal(error, null);
    assert.ok(Array.isArray(address) && address.length > 0);
  });
});

import assert from 'node:assert/strict';
import type { LookupAddress, LookupOptions } from 'node:dns';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { HostLookup } from '../../../workers/net/lookup.js';
import { temporaryFolder } from '../../support/fixtures.js';

/** A test that waits in vain has failed; no test that passes comes near this. */
const LIMIT = { timeout: 30_000 };

/** A `getent` of the test's own: a shell script with these commands. */
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
  it('finds what this machine knows', async () => {
    const { error, address } = await ask(new HostLookup(), '127.0.0.1');
    assert.equal(error, null);
    assert.ok(Array.isArray(address) && address.length > 0);
    for (const { address: each } of address) assert.match(each, /^(127\.0\.0\.1|::1)$/);
  });

  for (const name of ['localhost', 'backend.localhost', 'LOCALHOST']) {
    it(`has ${name} mean this machine, and asks nobody whether it means another`, async (t) => {
      const { address } = await ask(lookupBy(t, ...BOTH), name);
      assert.deepEqual(address, [
        { address: '127.0.0.1', family: 4 },
        { address: '::1', family: 6 },
      ]);
    });
  }

  it('gives every address once, in the order in which they are to be tried', async (t) => {
    const { address } = await ask(lookupBy(t, ...BOTH), 'backend.example');
    assert.deepEqual(address, [
      { address: '2001:db8::1', family: 6 },
      { address: '192.0.2.1', family: 4 },
    ]);
  });

  it('gives the first of a family when one is asked for', async (t) => {
    const lookup = lookupBy(t, ...BOTH);
    assert.deepEqual(await ask(lookup, 'backend.example', {}), {
      error: null,
      address: '2001:db8::1',
      family: 6,
    });
    assert.equal((await ask(lookup, 'backend.example', { family: 4 })).address, '192.0.2.1');
  });

  it('says of a name that has no address what Node says of it', async (t) => {
    const { error } = await ask(lookupBy(t, 'exit 2'), 'backend.example');
    assert.equal(error, 'getaddrinfo ENOTFOUND backend.example');
  });

  it('takes no name for an option, and runs no shell', async (t) => {
    const folder = temporaryFolder(t);
    const { error } = await ask(
      lookupBy(t, `printf '%s,' "$@" > ${join(folder, 'arguments')}`, 'exit 2'),
      '-s;id',
    );
    assert.equal(error, 'getaddrinfo ENOTFOUND -s;id');
    assert.equal(readFileSync(join(folder, 'arguments'), 'utf8'), 'ahosts,--,-s;id,');
  });

  it('can be called off while it hangs', async (t) => {
    const lookup = lookupBy(t, 'exec /bin/sleep 3600');
    const asked = ask(lookup, 'backend.example');
    const timer = setInterval(() => lookup.cancel(), 10);
    const { error } = await asked;
    clearInterval(timer);
    assert.equal(error, 'getaddrinfo ENOTFOUND backend.example');
  });

  it('asks Node where there is no getent', async (t) => {
    const { error, address } = await ask(new HostLookup(temporaryFolder(t)), '127.0.0.1');
    assert.equal(error, null);
    assert.ok(Array.isArray(address) && address.length > 0);
  });
});

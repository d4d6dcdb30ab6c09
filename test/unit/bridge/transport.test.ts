import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createGuard } from '../../../src/bridge/guard.js';
import { createTransport } from '../../../src/bridge/transport.js';
import { loadUws } from '../../../src/bridge/uws.js';
import type { Uws, UwsApp } from '../../../src/bridge/uws-types.js';
import { MonitorError } from '../../../src/shared/errors.js';

const ROUTES = { guard: createGuard(null), failed: () => {}, gets: {}, posts: {} };
const [MAJOR] = process.versions.node.split('.');
const PACKAGES = ['uWebSockets.js', `@uwsjs/${process.platform}-${process.arch}-${MAJOR}`];

function missing(): never {
  throw new MonitorError('TRANSPORT_MISSING', 'no uWebSockets.js build loads: why is said here');
}

/** A uWebSockets.js stub that does nothing. */
function found(): Uws {
  const app: UwsApp = {
    get: () => app,
    head: () => app,
    post: () => app,
    any: () => app,
    listen: () => app,
    listen_unix: () => app,
    close: () => app,
    filter: () => app,
    addChildAppDescriptor: () => app,
    removeChildAppDescriptor: () => app,
    getDescriptor: () => ({}),
  };
  return { App: () => app, us_socket_local_port: () => 0, LIBUS_LISTEN_EXCLUSIVE_PORT: 1 };
}

/** Creates a transport and returns its name and the warnings. */
async function choose(choice: 'auto' | 'uws' | 'node-http', load: () => Uws) {
  const warnings: string[] = [];
  const warn = (message: string): void => void warnings.push(message);
  const transport = await createTransport({ choice, routes: ROUTES, warn, load });
  transport.close();
  return { name: transport.name, warnings };
}

describe('the choice of a transport', () => {
  for (const choice of ['auto', 'uws'] as const) {
    test(`${choice} picks uWebSockets.js if it loads`, async () => {
      assert.deepEqual(await choose(choice, found), { name: 'uws', warnings: [] });
    });
  }

  test('auto falls back to node:http if it does not load, with one warning that says why', async () => {
    const { name, warnings } = await choose('auto', missing);
    assert.equal(name, 'node:http');
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? '', /^node:http serves the bridge: .*why is said here$/);
  });

  test('auto falls back to node:http if it loads and then fails', async () => {
    const { name, warnings } = await choose('auto', () => ({
      ...found(),
      App: () => {
        throw new Error('no more sockets');
      },
    }));
    assert.equal(name, 'node:http');
    assert.match(warnings.join(), /no more sockets/);
  });

  test('uws is an error if it does not load', async () => {
    await assert.rejects(choose('uws', missing), { code: 'TRANSPORT_MISSING' });
  });

  test('node-http does not load uWebSockets.js and logs no warning', async () => {
    assert.deepEqual(await choose('node-http', missing), { name: 'node:http', warnings: [] });
  });
});

describe('the packages of uWebSockets.js', () => {
  test("are tried in order: the operator's own, then the one for this platform and Node", () => {
    const asked: string[] = [];
    const uws = found();
    const loaded = loadUws((name) => {
      asked.push(name);
      if (name === PACKAGES[0]) throw new Error('not installed');
      return uws;
    });
    assert.equal(loaded, uws);
    assert.deepEqual(asked, PACKAGES);
  });

  test("are not tried further once the operator's own loads", () => {
    const asked: string[] = [];
    const uws = found();
    loadUws((name) => {
      asked.push(name);
      return uws;
    });
    assert.deepEqual(asked, PACKAGES.slice(0, 1));
  });

  test('are each named with their error if none loads', () => {
    const reasons: Record<string, () => unknown> = {
      [PACKAGES[0] ?? '']: () => ({ notAnApp: true }),
      [PACKAGES[1] ?? '']: () => {
        throw new Error("libc.so.6: version `GLIBC_2.38' not found\nRequire stack: …");
      },
    };
    assert.throws(
      () => loadUws((name) => reasons[name]?.()),
      (error) => {
        assert.ok(error instanceof MonitorError);
        assert.equal(error.code, 'TRANSPORT_MISSING');
        assert.ok(error.message.includes(`${PACKAGES[0]}: there is no App in it`), error.message);
        assert.ok(error.message.endsWith(`${PACKAGES[1]}: libc.so.6: version \`GLIBC_2.38' not found`));
        return true;
      },
    );
  });
});

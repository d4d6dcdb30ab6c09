import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { fileCleanup, readHealth, startBridge, telemetryWhen } from '../../support/bridge-client.js';
import { onEachTransport } from '../../support/bridge-transports.js';
import { missingBrowser, PAGE, servePage, startBrowser, tryAll } from '../../support/browser-page.js';
import { type Relay, type RelayedBytes, startRelay } from '../../support/browser-relay.js';

/** Whoever has seen an answer of the bridge that is not an error has seen this. */
const IDENTIFIER = 'nobody-else-is-called-this';
const PUSH = '{"version":"written by a page","plugin_version":"1"}';

const skip = missingBrowser();
describe('a page in a real browser', { skip }, () => {
  const cleanup = fileCleanup();
  let browser: Browser;
  let pagePort = 0;
  before(async () => {
    [browser, pagePort] = await Promise.all([startBrowser(cleanup), servePage(cleanup)]);
  });

  onEachTransport((_, env) => {
    let port = 0;
    let relay: Relay;
    before(async () => {
      ({ port } = await startBridge(cleanup, { ...env, MONITOR_IDENTIFIER: IDENTIFIER }));
      relay = await startRelay(cleanup, port);
      await telemetryWhen(port);
    });

    for (const [where, host, target] of [
      ['on localhost', 'localhost', '127.0.0.1'],
      ['on localhost, at the same site', 'localhost', 'localhost'],
      ['on another host', 'evil.test', '127.0.0.1'],
    ] as const) {
      test(`${where} reads nothing and writes nothing, and is refused whatever it tries`, async () => {
        const seen = await withPage(browser, `http://${host}:${pagePort}/`, (page) =>
          tryAll(page, `http://${target}:${relay.port}`, PUSH),
        );
        const asked = assertRefused(relay.take(), [403]);
        for (const line of ['GET /telemetry', 'HEAD /telemetry', 'POST /openclaw', 'OPTIONS /openclaw'])
          assert.ok(asked.has(line), `${line} was not asked: ${[...asked].join()}`);
        assertBlind(seen);
        await assertUnwritten(port);
      });
    }

    test('behind a rebound host name reads nothing and writes nothing, though it is of the same origin', async () => {
      const address = `http://rebound.test:${relay.port}`;
      const seen = await withPage(
        browser,
        `${address}/page`,
        (page) => tryAll(page, address, PUSH),
        // It came from its own server, before the name was bound to this machine.
        (page) => page.route('**/page', (route) => route.fulfill({ contentType: 'text/html', body: PAGE })),
      );
      const asked = assertRefused(relay.take(), [421]);
      assert.ok(asked.has('GET /telemetry') && asked.has('POST /openclaw'), [...asked].join());
      assert.match(seen['fetch /telemetry'] ?? '', /misdirected_request/);
      assertUntold(seen);
      await assertUnwritten(port);
    });

    test('that opens a window on the bridge, or sends its user there, has it refused', async () => {
      const target = `http://127.0.0.1:${relay.port}`;
      await withPage(browser, `http://evil.test:${pagePort}/`, async (page) => {
        const opened = page.waitForEvent('popup');
        await page.evaluate(`void (window.opened = window.open('${target}/telemetry'))`);
        const popup = await opened;
        await popup.waitForLoadState();
        assert.match((await popup.textContent('body')) ?? '', /origin_forbidden/);
        const read = await page.evaluate<string>(
          `(() => { try { return window.opened.document.body.innerText; } catch (error) { return String(error); } })()`,
        );
        assert.match(read, /SecurityError/);
        await page.evaluate(`void (location.href = '${target}/health')`);
        await page.waitForURL(`${target}/health`);
        assert.match((await page.textContent('body')) ?? '', /origin_forbidden/);
      });
      assertRefused(relay.take(), [403]);
    });

    test('whose address somebody typed is shown', async () => {
      await withPage(browser, `http://127.0.0.1:${relay.port}/health`, async (page) => {
        assert.ok((await page.textContent('body'))?.includes(IDENTIFIER));
      });
      assert.ok(relay.take().some(({ answered }) => answered.includes(IDENTIFIER)));
    });
  });
});

async function withPage<Result>(
  browser: Browser,
  address: string,
  use: (page: Page) => Promise<Result>,
  prepare: (page: Page) => Promise<unknown> = async () => {},
): Promise<Result> {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    await prepare(page);
    await page.goto(address);
    return await use(page);
  } finally {
    await context.close();
  }
}

/** Checks that all answers were of these, and that none told anything. Returns the methods and paths that were asked. */
function assertRefused(all: readonly RelayedBytes[], statuses: readonly number[]): Set<string> {
  const asked = new Set<string>();
  for (const { asked: bytes, answered } of all) {
    // A body that does not end its line may stand before it.
    for (const [, line = ''] of bytes.matchAll(/([A-Z]+ \/\w*) HTTP\/1\.1\r$/gm)) asked.add(line);
    for (const [, status] of answered.matchAll(/^HTTP\/1\.1 (\d{3}) /gm))
      assert.ok(statuses.includes(Number(status)), `${bytes}\n${answered}`);
    assert.ok(!answered.includes(IDENTIFIER), answered);
    assert.ok(!/^access-control-/im.test(answered), answered);
  }
  return asked;
}

/** What the browser may let a page of another origin see: that something failed, or came and can't be looked into. */
function assertBlind(seen: Readonly<Record<string, string>>): void {
  const blind =
    /^(error|closed|opaque0?|null|true|loaded null|TypeError: Failed to fetch.*|NetworkError: .*|SecurityError: .*)$/;
  for (const [name, what] of Object.entries(seen)) assert.match(what, blind, name);
}

function assertUntold(seen: Readonly<Record<string, string>>): void {
  for (const [name, what] of Object.entries(seen)) {
    assert.ok(!what.includes(IDENTIFIER) && !what.includes('"status":"ok"'), `${name}: ${what}`);
  }
}

async function assertUnwritten(port: number): Promise<void> {
  assert.equal((await readHealth(port)).openclaw, null);
}

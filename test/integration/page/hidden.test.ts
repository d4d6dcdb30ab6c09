import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { type BrowserContext, chromium } from 'playwright-core';
import { type Cleanup, fileCleanup, startBridge, telemetryWhen } from '../../support/bridge-client.js';
import { CHROMIUM, missingBrowser } from '../../support/browser-page.js';
import { LIVE, watch } from '../../support/looked-at-page.js';
import { until } from '../../support/until.js';

describe('the page, while nobody looks', { skip: missingBrowser() }, () => {
  const cleanup = fileCleanup();

  test('a tab behind another one sends nothing, and goes on when it comes to the front', async (t) => {
    const [{ port }, context] = await Promise.all([startBridge(t), startPlainBrowser(cleanup)]);
    await telemetryWhen(port);
    const page = context.pages()[0]!;
    const { asked, textWhen } = await watch(page);
    await page.goto(`http://127.0.0.1:${port}/`);
    await textWhen('state', LIVE);
    const isHidden = (): Promise<boolean> => page.evaluate<boolean>('document.hidden');

    const other = await context.newPage();
    await other.bringToFront();
    await until('a hidden page', isHidden);
    const before = asked.length;
    // Twenty times what it takes to ask again.
    await delay(1_000);
    assert.ok(await isHidden());
    assert.equal(asked.length, before);

    await page.bringToFront();
    await until('requests', () => asked.length > before + 3);
    assert.ok(asked.slice(before).some((each) => each.includes('/history')));
    await textWhen('state', LIVE);
  });
});

/** Starts a browser in which tabs hide one another: where Playwright starts one, each page believes that it is in front. */
async function startPlainBrowser(cleanup: Cleanup): Promise<BrowserContext> {
  const profile = mkdtempSync(join(tmpdir(), 'monitor-browser-'));
  const words = ['--headless', '--no-sandbox', '--no-first-run', '--remote-debugging-port=0'];
  const child = spawn(CHROMIUM, [...words, `--user-data-dir=${profile}`, 'about:blank'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const closed = once(child, 'close');
  cleanup.after(async () => {
    child.kill('SIGKILL');
    await closed;
    // What it started itself may end a moment later, and write until then.
    rmSync(profile, { recursive: true, force: true, maxRetries: 50, retryDelay: 100 });
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const address = await until('a browser', () => /DevTools listening on (\S+)/.exec(said)?.[1] ?? null);
  const browser = await chromium.connectOverCDP(address, { noDefaults: true });
  cleanup.after(() => browser.close());
  return browser.contexts()[0]!;
}

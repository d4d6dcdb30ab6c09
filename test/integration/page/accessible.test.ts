import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { fileCleanup, startBridge, telemetryWhen } from '../../support/bridge-client.js';
import { missingBrowser, startBrowser } from '../../support/browser-page.js';
import { assertAccessible, lookAt, picture } from '../../support/looked-at-page.js';
import { until } from '../../support/until.js';

const LIVE = /^(Live|Degraded)$/;
const PHONE = { width: 360, height: 780 };

describe('the page, for everybody', { skip: missingBrowser(), concurrency: true }, () => {
  const cleanup = fileCleanup();
  let browser: Browser;
  let address = '';
  before(async () => {
    const [started, { port }] = await Promise.all([startBrowser(cleanup), startBridge(cleanup)]);
    browser = started;
    address = `http://127.0.0.1:${port}/`;
    await telemetryWhen(port, ({ cpu_pct }) => cpu_pct !== null);
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    test(`axe-core finds nothing in ${colorScheme} colours, live, stale or locked, wide or narrow`, async () => {
      let status = 200;
      await lookAt(
        browser,
        address,
        async ({ page, textWhen }) => {
          await textWhen('state', LIVE);
          await textWhen('version', /\d/);
          await assertAccessible(page, 'live');
          await page.setViewportSize(PHONE);
          await assertNotTooWide(page);
          status = 503;
          await textWhen('state', /^No samples$/);
          await assertAccessible(page, 'stale, on a phone');
          status = 401;
          await textWhen('state', /^Locked$/);
          await assertAccessible(page, 'locked');
          await assertNotTooWide(page);
        },
        {
          colorScheme,
          prepare: (page) =>
            page.route('**/telemetry', (route) =>
              status === 200
                ? route.fallback()
                : route.fulfill({ status, body: '{"error":{"code":"x","message":"a message"}}' }),
            ),
        },
      );
    });
  }

  test('everything can be done by keys: the range, a pause, the theme, and a look at a moment of a chart', async () => {
    await lookAt(browser, address, async ({ page, asked, textWhen }) => {
      await textWhen('state', LIVE);
      const named = (): Promise<string> =>
        page.evaluate<string>('document.activeElement.ariaLabel ?? document.activeElement.textContent');
      const tabTo = (name: string): Promise<unknown> =>
        until(name, async () => {
          await page.keyboard.press('Tab');
          return (await named()) === name;
        });
      await tabTo('5 min');
      await page.keyboard.press('Enter');
      assert.equal(await page.getAttribute('[data-range="5"]', 'aria-pressed'), 'true');
      assert.equal(await page.getAttribute('[data-range="1"]', 'aria-pressed'), 'false');
      await until('its past', () => asked.some((each) => each.includes('seconds=300')));
      await tabTo('Pause');
      await page.keyboard.press('Space');
      await textWhen('state', /^Paused$/);
      const [requests, paused, inLight] = [
        asked.length,
        await picture(page, 'cpu'),
        await picture(page, 'load'),
      ];
      await tabTo('Theme: auto');
      await page.keyboard.press('Space');
      assert.equal(await page.getAttribute('html', 'data-theme'), 'light');
      assert.equal(await picture(page, 'load'), inLight);
      await page.keyboard.press('Space');
      assert.equal(await page.getAttribute('html', 'data-theme'), 'dark');
      await until('dark charts', async () => (await picture(page, 'load')) !== inLight);
      await tabTo('CPU over time');
      const slider = page.locator('[data-plot="cpu"]');
      assert.equal(await slider.getAttribute('aria-valuetext'), 'no moment is chosen');
      await page.keyboard.press('ArrowLeft');
      const spoken = (await slider.getAttribute('aria-valuetext')) ?? '';
      assert.match(spoken, /^\d\d:\d\d:\d\d · CPU (\d|unknown).* · burst .* · hottest core /);
      assert.equal(await page.textContent('[data-caption="cpu"]'), spoken);
      assert.match((await page.textContent('[data-caption="memory"]')) ?? '', /^\d\d:\d\d:\d\d · memory /);
      await page.keyboard.press('Home');
      assert.notEqual(await slider.getAttribute('aria-valuetext'), spoken);
      await page.keyboard.press('Escape');
      assert.match((await page.textContent('[data-caption="cpu"]')) ?? '', /^Last 5 minutes: /);
      assert.equal(asked.length, requests);
      await page.click('[data-range="15"]');
      await until('a longer past', () => asked.some((each) => each.includes('seconds=900')));
      await until('its summary', async () =>
        (await page.textContent('[data-caption="cpu"]'))?.startsWith('Last 15 minutes: CPU '),
      );
      assert.equal(asked.length, requests + 1);
      await page.click('#pause');
      await textWhen('state', LIVE);
      await until('a picture of now', async () => (await picture(page, 'cpu')) !== paused);
    });
  });
});

async function assertNotTooWide(page: Page): Promise<void> {
  const over = await page.evaluate(
    'document.documentElement.scrollWidth - document.documentElement.clientWidth',
  );
  assert.equal(over, 0);
}

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { fileCleanup, startBridge, telemetryWhen } from '../../support/bridge-client.js';
import { missingBrowser, startBrowser } from '../../support/browser-page.js';
import { assertAccessible, LIVE, lookAt, picture } from '../../support/looked-at-page.js';
import { until } from '../../support/until.js';

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

  /** Has every share be the whole, and the daemon have a problem, while each sample is a second after the one before. */
  const playHundreds = async (page: Page, problem: string): Promise<void> => {
    const [telemetry, health] = await Promise.all(
      ['telemetry', 'health'].map(async (path) => {
        const answer = await fetch(`${address}${path}`);
        return (await answer.json()) as { sampled_at: string; cpu: object };
      }),
    );
    assert.ok(telemetry !== undefined);
    const some = { some: { stall_us: 1_000_000 } };
    const whole = {
      ...telemetry,
      cpu_pct: 100,
      mem_pct: 100,
      disk_pct: 100,
      swap_pct: 100,
      cpu: { ...telemetry.cpu, busy_100ms_pct: 100, cores: { hottest: { core: 1, pct: 100 } } },
      pressure: { supported: true, interval_ms: 1_000, cpu: some, memory: some, io: some },
    };
    let nowMs = Date.parse(telemetry.sampled_at);
    await page.route('**/history*', (route) => route.fulfill({ status: 404, body: '{}' }));
    await page.route('**/telemetry', (route) => {
      nowMs += 1_000;
      return route.fulfill({ json: { ...whole, sampled_at: new Date(nowMs).toISOString() } });
    });
    await page.route('**/health', (route) => route.fulfill({ json: { ...health, problems: [problem] } }));
  };

  test('figures of hundreds stand apart, and a long problem breaks, however narrow the page is', async () => {
    const problem = `the disk of /${'path_without_breaks'.repeat(15)} hangs`;
    await lookAt(
      browser,
      address,
      async ({ page, textWhen }) => {
        await textWhen('state_detail', /^the disk of/);
        for (const name of ['cpu', 'hottest', 'swap', 'pressure_io']) await textWhen(name, /^100\.0 %$/);
        for (const width of [320, 360, 400, 681, 760, 1151]) {
          await page.setViewportSize({ width, height: 780 });
          await assertNotTooWide(page);
          assert.deepEqual(await cutFigures(page), [], `${width} px`);
        }
      },
      { prepare: (page) => playHundreds(page, problem) },
    );
  });

  test('in forced colours no area hides a line, and what is chosen, how it is and where it goes are seen', async () => {
    await lookAt(
      browser,
      address,
      async ({ page, asked, textWhen }) => {
        await textWhen('state', /^Degraded$/);
        await until('half a minute of samples', () => asked.length > 40);
        assert.ok((await opaqueShare(page, 'memory')) < 0.3);
        const grounds = await page.evaluate<string[]>(
          `['.lamp', '[data-share="user"]', '[data-range="1"]', '[data-range="5"]', 'body']
            .map((each) => getComputedStyle(document.querySelector(each)).backgroundColor)`,
        );
        const [lamp, user, chosen, other, body] = grounds;
        for (const ground of [lamp, user, chosen]) assert.notEqual(ground, body);
        assert.notEqual(chosen, other);
        await assertAccessible(page, 'forced colours');
      },
      { forcedColors: 'active', prepare: (page) => playHundreds(page, 'the disk hangs') },
    );
  });

  test('a cursor at the begin of the range goes on with it, and is spoken of as it is written', async () => {
    const texts = `['[data-plot="cpu"]', '[data-caption="cpu"]'].map((each) => document.querySelector(each))
      .map((each) => each.ariaValueText ?? each.textContent)`;
    await lookAt(
      browser,
      address,
      async ({ page, asked, textWhen }) => {
        await textWhen('state', /^Degraded$/);
        await until('more than a minute of samples', () => asked.length > 75);
        await page.locator('[data-plot="cpu"]').press('Home');
        const [first] = await page.evaluate<string[]>(texts);
        const [spoken, written] = await until('another moment', async () => {
          const now = await page.evaluate<string[]>(texts);
          return now[1] !== first && now;
        });
        assert.match(spoken ?? '', /^\d\d:\d\d:\d\d · CPU 100/);
        assert.equal(spoken, written);
      },
      { prepare: (page) => playHundreds(page, 'the disk hangs') },
    );
  });

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

/** The names and figures that are wider than their place. */
function cutFigures(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(`[...document.querySelectorAll('.stats :is(dt, dd)')]
    .filter((each) => each.scrollWidth > each.clientWidth)
    .map((each) => each.textContent + ': ' + each.scrollWidth + ' > ' + each.clientWidth)`);
}

/** How much of a chart's canvas is painted, a few pixels before its right edge. */
function opaqueShare(page: Page, plot: string): Promise<number> {
  return page.evaluate<number>(`(() => {
    const canvas = document.querySelector('[data-plot="${plot}"] canvas');
    const { data } = canvas.getContext('2d').getImageData(canvas.width - 30, 0, 1, canvas.height);
    return data.filter((value, i) => i % 4 === 3 && value > 200).length / canvas.height;
  })()`);
}

async function assertNotTooWide(page: Page): Promise<void> {
  const over = await page.evaluate(
    'document.documentElement.scrollWidth - document.documentElement.clientWidth',
  );
  assert.equal(over, 0);
}

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { fileCleanup, type RunningBridge, startBridge, telemetryWhen } from '../../support/bridge-client.js';
import { missingBrowser, startBrowser } from '../../support/browser-page.js';
import { freePort } from '../../support/free-port.js';
import { colouredPixels, LIVE, lookAt } from '../../support/looked-at-page.js';
import { rawRequest } from '../../support/raw-http.js';
import { until } from '../../support/until.js';

describe('the page, when all is not well', { skip: missingBrowser(), concurrency: true }, () => {
  const cleanup = fileCleanup();
  let browser: Browser;
  let bridge: RunningBridge;
  let address = '';
  before(async () => {
    [browser, bridge] = await Promise.all([startBrowser(cleanup), startBridge(cleanup)]);
    address = `http://127.0.0.1:${bridge.port}/`;
    await telemetryWhen(bridge.port, ({ cpu_pct }) => cpu_pct !== null);
  });

  const isOld = (page: Page): Promise<boolean> =>
    page.evaluate<boolean>(`'old' in document.documentElement.dataset`);

  test('a daemon that is started again, as another host, is shown by itself, with its own past', async (t) => {
    const env = { MONITOR_PORT: String(await freePort()), MONITOR_IDENTIFIER: 'before' };
    const first = await startBridge(t, env);
    await lookAt(browser, `http://127.0.0.1:${first.port}/`, async ({ page, asked, text, textWhen }) => {
      await textWhen('state', LIVE);
      assert.equal(await text('identifier'), 'before');
      await first.daemon.stop();
      await textWhen('state', /^Unreachable$/);
      assert.match(await text('state_detail'), /since \d\d:\d\d:\d\d, for/);
      assert.ok(await isOld(page));
      assert.equal(await page.textContent('#announcer'), 'Unreachable: what is shown is old');
      const pasts = asked.filter((each) => each.includes('/history')).length;
      await startBridge(t, { ...env, MONITOR_IDENTIFIER: 'afterwards' });
      await textWhen('identifier', /^afterwards$/);
      await textWhen('state', LIVE);
      await until('its past', () => asked.filter((each) => each.includes('/history')).length > pasts);
      assert.ok(!(await isOld(page)));
      assert.match(await page.title(), /afterwards/);
    });
  });

  test('a daemon that hangs is told of, and so is that it goes on', async (t) => {
    const { daemon, port } = await startBridge(t);
    await lookAt(browser, `http://127.0.0.1:${port}/`, async ({ page, textWhen }) => {
      await textWhen('state', LIVE);
      daemon.child.kill('SIGSTOP');
      await textWhen('state', /^Unreachable$/);
      assert.ok(await isOld(page));
      daemon.child.kill('SIGCONT');
      await textWhen('state', LIVE);
    });
  });

  test('a sample that stands still, a sampler that has stopped and a source that hangs are told apart', async () => {
    const { body } = await rawRequest(bridge.port, 'GET', '/telemetry');
    const answers = {
      live: null,
      still: { status: 200, body },
      stopped: {
        status: 503,
        body: '{"error":{"code":"sample_stale","message":"the newest sample is too old"}}',
      },
    };
    let answer: keyof typeof answers = 'live';
    await lookAt(
      browser,
      address,
      async ({ page, text, textWhen }) => {
        await textWhen('state', LIVE);
        answer = 'still';
        await textWhen('state', /^Stale$/);
        assert.match(await text('state_detail'), /stands still/);
        answer = 'stopped';
        await textWhen('state', /^No samples$/);
        assert.match(await text('state_detail'), /^the newest sample is too old, since /);
        assert.ok(await isOld(page));
        answer = 'live';
        await textWhen('state', LIVE);
        answers.live = {
          status: 200,
          body: JSON.stringify({ ...JSON.parse(body), stale: ['disk'], stale_seconds: { disk: 75 } }),
        } as never;
        await until('the age of the disk', async () =>
          (await page.textContent('[data-age~="disk"]'))?.includes('disk stale for 1 min 15 s'),
        );
      },
      {
        prepare: (page) =>
          page.route('**/telemetry', (route) => {
            const given = answers[answer];
            return given === null
              ? route.fallback()
              : route.fulfill({ contentType: 'application/json', ...(given as object) });
          }),
      },
    );
  });

  test('what is not known is called unknown and drawn as a gap, and a clock that is set back breaks nothing', async () => {
    const known = JSON.parse((await rawRequest(bridge.port, 'GET', '/telemetry')).body) as object;
    const unknown = {
      ...known,
      cpu_pct: null,
      mem_pct: null,
      load_avg: null,
      cpu: null,
      pressure: { supported: false },
    };
    let nowMs = Date.parse('2026-03-22T12:00:00Z');
    const bodyOf = (snapshot: object): string =>
      JSON.stringify({ ...snapshot, sampled_at: new Date(nowMs).toISOString() });
    let shown: object = known;
    await lookAt(
      browser,
      address,
      async ({ page, complaints, text, textWhen }) => {
        await until('a line', async () => (await colouredPixels(page, 'memory')) > 5);
        shown = unknown;
        await textWhen('memory', /^unknown$/);
        for (const name of ['cpu', 'burst', 'load_1', 'hottest', 'user'])
          assert.equal(await text(name), 'unknown');
        assert.equal(await text('pressure_cpu'), 'n/a');
        const caption = (): Promise<string | null> => page.textContent('[data-caption="pressure"]');
        await until('what the kernel has not', async () =>
          (await caption())?.includes('left out of this kernel'),
        );
        shown = known;
        await textWhen('memory', /%$/);
        nowMs -= 3_600_000;
        const stamp = await text('sampled_at');
        await until('a sample of before', async () => (await text('sampled_at')) < stamp);
        await until('a line', async () => (await colouredPixels(page, 'memory')) > 5);
        assert.match(await text('state'), LIVE);
        assert.deepEqual(await complaints(), []);
      },
      {
        prepare: async (page) => {
          await page.route('**/history*', (route) => route.fulfill({ status: 404, body: '{}' }));
          await page.route('**/telemetry', (route) => {
            nowMs += 50;
            return route.fulfill({ contentType: 'application/json', body: bodyOf(shown) });
          });
        },
      },
    );
  });
});

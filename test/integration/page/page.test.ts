import assert from 'node:assert/strict';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { assertError, fileCleanup, startBridge, telemetryWhen } from '../../support/bridge-client.js';
import { onEachTransport } from '../../support/bridge-transports.js';
import { missingBrowser, startBrowser } from '../../support/browser-page.js';
import { temporaryFolder } from '../../support/fixtures.js';
import { colouredPixels, LIVE, lookAt, picture } from '../../support/looked-at-page.js';
import { rawRequest } from '../../support/raw-http.js';
import { until } from '../../support/until.js';

const TOKEN = 'a-token-of-the-bridge-0123';

test('MONITOR_PAGE=0 leaves the page out', async (t) => {
  const { port } = await startBridge(t, { MONITOR_PAGE: '0' });
  assertError(await rawRequest(port, 'GET', '/'), 404, 'not_found');
});

describe('the page in a real browser', { skip: missingBrowser(), concurrency: true }, () => {
  const cleanup = fileCleanup();
  let browser: Browser;
  before(async () => {
    browser = await startBrowser(cleanup);
  });

  onEachTransport((_, env) => {
    let port = 0;
    let address = '';
    before(async () => {
      ({ port } = await startBridge(cleanup, { ...env, MONITOR_IDENTIFIER: 'page.test' }));
      address = `http://127.0.0.1:${port}/`;
      await telemetryWhen(port, ({ cpu_pct }) => cpu_pct !== null);
    });

    test('draws live data, and asks nobody but the daemon for it', async () => {
      await lookAt(
        browser,
        address,
        async ({ page, asked, complaints, text, textWhen }) => {
          await textWhen('state', LIVE);
          assert.equal(await text('identifier'), 'page.test');
          assert.match(await page.title(), /page\.test · HarborForge Monitor$/);
          for (const plot of ['cpu', 'memory'])
            await until(`a line in ${plot}`, async () => (await colouredPixels(page, plot)) > 50);
          const first = [await picture(page, 'cpu'), await text('sampled_at')] as const;
          await until('another picture', async () => (await picture(page, 'cpu')) !== first[0]);
          await until('another sample', async () => (await text('sampled_at')) !== first[1]);
          assert.match(await textWhen('memory', /%$/), /^\d+\.\d %$/);
          await textWhen('os', /\w/);
          const paths = new Set(asked.map((each) => each.replace(address, '/').replace(/\?.*/, '')));
          assert.deepEqual(paths, new Set(['/', '/telemetry', '/history', '/health']));
          assert.deepEqual(await complaints(), []);
        },
        { reducedMotion: 'no-preference' },
      );
    });

    test('runs no script, uses no style and asks no host that was not in it', async () => {
      await lookAt(browser, address, async ({ page, complaints, textWhen }) => {
        await textWhen('state', LIVE);
        const tries = {
          'script-src': `const script = document.createElement('script'); script.append('window.wasRun = true'); document.body.append(script)`,
          'script-src-attr': `document.body.append(new Range().createContextualFragment('<i onclick="window.wasRun = true">').firstChild)`,
          'style-src': `const style = document.createElement('style'); style.append('body { display: none }'); document.body.append(style)`,
          'connect-src': `fetch('http://localhost:${port}/health')`,
          'form-action': `const form = document.createElement('form'); form.action = 'http://localhost:${port}/'; document.body.append(form); form.submit()`,
        };
        for (const body of Object.values(tries))
          await page.evaluate(`(async () => { try { await (async () => { ${body} })(); } catch {} })()`);
        await page.evaluate(`document.querySelector('i[onclick]')?.click()`);
        const seen = await until('all complaints', async () => {
          const all = (await complaints()).join('\n');
          return ['connect-src', 'form-action', 'style-src'].every((each) => all.includes(each)) && all;
        });
        assert.match(seen, /script-src|trusted-types/);
        assert.equal(await page.evaluate('window.wasRun'), undefined);
        assert.notEqual(await page.evaluate('getComputedStyle(document.body).display'), 'none');
      });
    });

    test('comes without a token where one is set, asks for it, says when it is wrong, and keeps it for the tab', async (t) => {
      const file = join(temporaryFolder(t), 'token');
      writeFileSync(file, TOKEN);
      chmodSync(file, 0o600);
      const guarded = await startBridge(t, { ...env, MONITOR_BRIDGE_TOKEN_FILE: file });
      await lookAt(browser, `http://127.0.0.1:${guarded.port}/`, async ({ page, asked, textWhen, text }) => {
        await textWhen('state', /^Locked$/);
        const before = asked.length;
        assert.equal(await page.evaluate('document.activeElement.id'), 'token');
        await page.keyboard.type('no token with spaces');
        await page.keyboard.press('Enter');
        await until('a reason', async () =>
          (await page.textContent('#token-error'))?.includes('printable ASCII without spaces'),
        );
        assert.equal(asked.length, before);
        await page.fill('#token', '');
        await page.keyboard.type('a-wrong-token-0123456789');
        await page.keyboard.press('Enter');
        await until('a refusal', async () =>
          (await page.textContent('#token-error'))?.includes('refused this token'),
        );
        assert.equal(asked.length, before + 1);
        assert.equal(await text('memory'), '');
        await page.fill('#token', TOKEN);
        await page.keyboard.press('Enter');
        await textWhen('state', LIVE);
        assert.ok(!(await page.isVisible('#token-form')));
        await page.reload();
        await textWhen('state', LIVE);
        assert.ok(!(await page.isVisible('#token-form')));
        assert.ok(!asked.some((each) => each.includes(TOKEN)));
      });
    });
  });
});

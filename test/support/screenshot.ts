/**
 * `npm run screenshot`: draws docs/page.png, the page of a running daemon after a minute in which all CPUs were busy for 150 ms of every second.
 */
import { spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { CHROMIUM } from './browser-page.js';
import { DaemonProcess } from './daemon-process.js';

const PICTURE = fileURLToPath(new URL('../../../docs/page.png', import.meta.url));
const BURSTS_MS = 65_000;
const SIZE = { width: 1_100, height: 760 };

const burner = spawn(process.execPath, [fileURLToPath(new URL('burner.js', import.meta.url))], {
  stdio: 'ignore',
});
const daemon = new DaemonProcess({ MONITOR_PORT: '0', MONITOR_IDENTIFIER: 'gateway-1' });
const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
try {
  const address = await daemon.address();
  await delay(BURSTS_MS);
  const page = await browser.newPage({ viewport: SIZE });
  await page.goto(address);
  await page.waitForFunction('document.querySelectorAll("canvas").length > 0');
  // The page asks once a second: two more answers, and every value is there.
  for (let answers = 0; answers < 2; answers++)
    await page.waitForResponse((response) => response.url().endsWith('/telemetry'));
  await page.screenshot({ path: PICTURE });
  process.stdout.write(`${PICTURE}\n`);
} finally {
  burner.kill();
  await browser.close();
  await daemon.stop();
}

import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Browser, chromium, type Page } from 'playwright-core';
import type { Cleanup } from './bridge-client.js';
import { TRIES } from './browser-tries.js';

export const CHROMIUM = '/usr/bin/chromium';
const HOSTS = ['evil.test', 'rebound.test'];

/** False when there is a browser here, else why what needs it is skipped. */
export function missingBrowser(): string | false {
  return existsSync(CHROMIUM) ? false : `${CHROMIUM} is not installed`;
}

/**
 * Starts a browser for which evil.test and rebound.test are this machine, as they are to a victim of DNS rebinding. What the browser itself
 * may put between pages and this machine is off: the bridge is not to depend on it.
 */
export async function startBrowser(cleanup: Cleanup): Promise<Browser> {
  const browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: [
      '--no-sandbox',
      `--host-resolver-rules=${HOSTS.map((host) => `MAP ${host} 127.0.0.1`).join(',')}`,
      '--disable-features=LocalNetworkAccessChecks,PrivateNetworkAccessSendPreflights,HttpsUpgrades,HttpsFirstBalancedModeAutoEnable',
    ],
  });
  cleanup.after(() => browser.close());
  return browser;
}

/** Serves an empty page on a port of its own, on all the names that this machine has. Returns the port. */
export async function servePage(cleanup: Cleanup): Promise<number> {
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/html' });
    response.end(PAGE);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanup.after(async () => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

export const PAGE = '<!doctype html><title>page</title><link rel="icon" href="data:,"><body></body>';

/** Has a page try everything at once, and returns what it got to see of each. */
export async function tryAll(page: Page, target: string, push: string): Promise<Record<string, string>> {
  const tries = Object.entries(TRIES).map(
    ([name, body]) => `${JSON.stringify(name)}: async (target, push) => { ${body} }`,
  );
  return page.evaluate<Record<string, string>>(`(async () => {
    const seen = {};
    await Promise.all(Object.entries({ ${tries.join(',')} }).map(async ([name, attempt]) => {
      try { seen[name] = String(await attempt(${JSON.stringify(target)}, ${JSON.stringify(push)})); }
      catch (error) { seen[name] = String(error); }
    }));
    return seen;
  })()`);
}

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { until } from './until.js';

/** The states in which samples come. */
export const LIVE = /^(Live|Degraded)$/;

/** The bridge's page, as a browser shows it. */
export interface LookedAtPage {
  readonly page: Page;
  /** What the policy stood in the way of, and every error that was thrown. */
  readonly complaints: () => Promise<string[]>;
  /** The addresses that were asked for, whoever asked. */
  readonly asked: string[];
  /** The text that is shown under this name. */
  readonly text: (name: string) => Promise<string>;
  /** Waits until the text is as wanted, and returns it. */
  readonly textWhen: (name: string, wanted: RegExp) => Promise<string>;
}

/**
 * Opens the page in a context of its own, which is closed however `use` ends. Charts are drawn once a second there, as for those who want
 * things not to move, unless `reducedMotion` says otherwise: a browser without a graphics card takes its time for each picture.
 */
export async function lookAt<Result>(
  browser: Browser,
  address: string,
  use: (look: LookedAtPage) => Promise<Result>,
  options: BrowserContextOptions & { readonly prepare?: (page: Page) => Promise<unknown> } = {},
): Promise<Result> {
  const { prepare = async () => {}, ...contextOptions } = options;
  const context = await browser.newContext({ reducedMotion: 'reduce', ...contextOptions });
  try {
    const page = await context.newPage();
    await prepare(page);
    const look = await watch(page);
    await page.goto(address);
    return await use(look);
  } finally {
    await context.close();
  }
}

/** Writes down what becomes of a page that has not been opened yet. */
export async function watch(page: Page): Promise<LookedAtPage> {
  const errors: string[] = [];
  const asked: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('request', (request) => asked.push(request.url()));
  await page.addInitScript(`
    window.violations = [];
    addEventListener('securitypolicyviolation', (event) =>
      violations.push(event.effectiveDirective + ' ' + event.blockedURI));
  `);
  const text = (name: string): Promise<string> =>
    page.evaluate<string>(`document.querySelector('[data-value="${name}"]').textContent`);
  return {
    page,
    asked,
    complaints: async () => [...errors, ...(await page.evaluate<string[]>('window.violations'))],
    text,
    textWhen: (name, wanted) =>
      until(`${name} that is ${wanted}`, async () => {
        const shown = await text(name);
        return wanted.test(shown) && shown;
      }),
  };
}

/** How many pixels of a chart's canvas are of a colour, which axes, grid and ground are not. */
export function colouredPixels(page: Page, plot: string): Promise<number> {
  return page.evaluate<number>(`(() => {
    const canvas = document.querySelector('[data-plot="${plot}"] canvas');
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    let coloured = 0;
    for (let i = 0; i < data.length; i += 4) {
      const [red, green, blue, alpha] = data.subarray(i, i + 4);
      if (alpha > 200 && Math.max(red, green, blue) - Math.min(red, green, blue) > 60) coloured++;
    }
    return coloured;
  })()`);
}

/** What a chart shows, to be compared with what it shows later. */
export function picture(page: Page, plot: string): Promise<string> {
  return page.evaluate<string>(`document.querySelector('[data-plot="${plot}"] canvas').toDataURL()`);
}

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** Checks that axe-core finds nothing in the page as it is now. */
export async function assertAccessible(page: Page, what: string): Promise<void> {
  await page.evaluate(readFileSync(AXE, 'utf8'));
  const found = await page.evaluate<string[]>(`axe.run(document).then(({ violations }) =>
    violations.flatMap(({ id, nodes }) => nodes.map((node) => id + ': ' + node.html + ' ' + node.failureSummary)))`);
  assert.deepEqual(found, [], what);
}

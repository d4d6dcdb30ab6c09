import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { CONFIGURATION, withSettings } from '../../build/configuration.js';
import { COMMAND_NAMES } from '../../src/commands/table.js';
import { SETTING_NAMES, SETTINGS } from '../../src/setting-table.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const PAGES = ['.', 'docs', 'plugin'].flatMap((folder) =>
  readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name)),
);
const scripts = Object.keys(
  (JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')) as { scripts: Record<string, string> }).scripts,
);

function read(page: string): string {
  return readFileSync(join(ROOT, page), 'utf8');
}

/** The anchors of a page's headings, as GitHub makes them. */
function anchorsOf(page: string): string[] {
  return [...read(page).matchAll(/^#+ (.+)$/gm)].map(([, title]) =>
    title!
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

test('every relative link in the docs leads to a file and a heading', () => {
  let links = 0;
  for (const page of PAGES) {
    for (const [, target] of read(page).matchAll(/\]\(([^)]+)\)/g)) {
      if (/^https?:/.test(target!)) continue;
      const [path, anchor] = target!.split('#') as [string, string?];
      const file = path === '' ? page : join(dirname(page), path);
      assert.ok(existsSync(join(ROOT, file)), `${page} links to ${target}, which does not exist`);
      if (anchor !== undefined)
        assert.ok(anchorsOf(file).includes(anchor), `${page} links to ${target}, which has no such heading`);
      links++;
    }
  }
  assert.ok(links > 20, `found only ${links} links`);
});

test('every npm script that the docs name exists', () => {
  for (const page of PAGES) {
    for (const [, name] of read(page).matchAll(/npm run ([a-z]+(?::[a-z]+)?)/g))
      if (!page.startsWith('plugin')) assert.ok(scripts.includes(name!), `${page}: npm run ${name}`);
  }
});

test('docs/configuration.md has the table of settings (npm run docs writes it)', () => {
  const page = readFileSync(CONFIGURATION, 'utf8');
  assert.equal(page, withSettings(page));
});

test('a page without a place for the table of settings is refused', () => {
  assert.throws(() => withSettings('# Configuration\n'), /no place for the table/);
});

test('the README names every command, and existing settings with their defaults', () => {
  const readme = read('README.md');
  for (const name of COMMAND_NAMES) assert.match(readme, new RegExp(`^\\| \`${name}[\` ]`, 'm'));
  const rows = [...readme.matchAll(/^\| `(MONITOR_\w+)` \| (.+?) \|/gm)];
  assert.ok(rows.length > 0);
  for (const [, env, shown] of rows) {
    const name = SETTING_NAMES.find((setting) => SETTINGS[setting].env === env);
    assert.ok(name !== undefined, `the README has ${env}`);
    const { default: fallback } = SETTINGS[name];
    assert.equal(
      shown,
      fallback === null ? (env === 'MONITOR_IDENTIFIER' ? 'host name' : 'unset') : `\`${fallback}\``,
    );
  }
});

/** `npm run docs`: writes the table of settings into docs/configuration.md. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { SETTING_NAMES, SETTINGS } from '../src/setting-table.js';

export const CONFIGURATION = fileURLToPath(new URL('../../docs/configuration.md', import.meta.url));
const BEGIN = /<!-- settings: .* -->\n/;
const END = '<!-- /settings -->';

/**
 * Returns `page` with the table of settings between its two comments.
 * @throws Error if a comment is missing
 */
export function withSettings(page: string): string {
  const begin = BEGIN.exec(page);
  const end = page.indexOf(END);
  if (begin === null || end < begin.index)
    throw new Error('configuration.md has no place for the table of settings');
  const rows = SETTING_NAMES.map((name) => {
    const { env, default: fallback, help } = SETTINGS[name];
    return `| \`${env}\` | ${fallback === null ? '' : `\`${fallback}\``} | ${help.replaceAll('|', '\\|')} |`;
  });
  const table = ['', '| variable | default | meaning |', '|---|---|---|', ...rows, '', ''].join('\n');
  return page.slice(0, begin.index + begin[0].length) + table + page.slice(end);
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  writeFileSync(CONFIGURATION, withSettings(readFileSync(CONFIGURATION, 'utf8')));

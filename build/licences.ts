import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a package's file has to say of it here. */
interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license: string;
}

/**
 * Finds the packages that files belong to. `files` are paths from the project's folder, as esbuild names its inputs; what comes is the
 * packages' folders, each once and sorted. Files of the project itself belong to none.
 */
export function packageFolders(files: readonly string[]): string[] {
  const folders = files.map((file) => /^(.*\bnode_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1]);
  return [...new Set(folders.filter((folder) => folder !== undefined))].sort();
}

/**
 * Writes down under what licence each package may be passed on, with the licence's own words, as most licences ask for.
 * @param root the project's folder, with a slash at its end
 * @throws Error where a package has no file with its licence
 */
export function licenceTexts(root: string, folders: readonly string[]): string {
  const parts = folders.map((folder) => {
    const { name, version, license } = JSON.parse(
      readFileSync(join(root, folder, 'package.json'), 'utf8'),
    ) as Manifest;
    const file = readdirSync(join(root, folder)).find((entry) => /^(licen[cs]e|copying)\b/i.test(entry));
    if (file === undefined) throw new Error(`${folder} has no file with its licence`);
    return `${name} ${version} (${license})\n\n${readFileSync(join(root, folder, file), 'utf8').trim()}\n`;
  });
  return `The files beside this one hold code of these packages.\n\n${parts.join(`\n${'-'.repeat(80)}\n\n`)}`;
}

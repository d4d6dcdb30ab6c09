import { readFileSync } from 'node:fs';
import { build } from 'esbuild';

/** The page that the bridge serves at `/`. */
export interface BuiltPage {
  /** One document with everything in it. */
  readonly document: string;
  /** The files that it is made of, as esbuild names them. */
  readonly inputs: readonly string[];
}

/** Where the style and the script go in the template. Each stands there once, as the only words of its element. */
const STYLE = '/* style */';
const SCRIPT = '/* script */';

/**
 * Puts the page together from its compiled modules, its style and its template.
 * @param root the project's folder, with a slash at its end
 * @throws Error where the template has no place for one of them
 */
export async function buildPage(root: string): Promise<BuiltPage> {
  const [script, style] = await Promise.all([
    bundleFile(root, 'dist/src/page/main.js'),
    bundleFile(root, 'src/page/page.css'),
  ]);
  const template = readFileSync(`${root}src/page/page.html`, 'utf8');
  const document = put(put(template, STYLE, style.text), SCRIPT, script.text);
  return { document, inputs: [...script.inputs, ...style.inputs] };
}

async function bundleFile(
  root: string,
  path: string,
): Promise<{ readonly text: string; readonly inputs: readonly string[] }> {
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: [path],
    bundle: true,
    minify: true,
    charset: 'utf8',
    // The style sheet asks for these: light-dark().
    target: ['chrome123', 'firefox120', 'safari17.5'],
    legalComments: 'none',
    write: false,
    metafile: true,
    logLevel: 'warning',
  });
  return { text: outputFiles[0]!.text.trim(), inputs: Object.keys(metafile.inputs) };
}

function put(template: string, place: string, text: string): string {
  const [before, after, ...more] = template.split(place);
  if (before === undefined || after === undefined || more.length > 0)
    throw new Error(`no place for ${place}`);
  return before + text + after;
}

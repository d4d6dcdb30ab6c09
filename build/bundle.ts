/**
 * Packs the compiled daemon and the packages that it uses into one file for each kind of thread, in `bundle/`: what `npm start` and the
 * `bin` run. A module costs memory in every thread that loads it, whether or not it is used (of zod alone, sixty languages), and each
 * file that is looked for costs time at start. Beside them lies the page that the bridge serves.
 */
import { chmodSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { COMMAND_NAMES } from '../src/commands/table.js';
import { licenceTexts, packageFolders } from './licences.js';
import { buildPage } from './page.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** The files of the bundle, each with the module that it begins with. They lie to one another as the compiled modules do. */
const FILES = {
  'src/main': 'dist/src/main.js',
  'workers/sampler': 'dist/workers/sampler.js',
  'workers/heartbeat': 'dist/workers/heartbeat.js',
  'workers/inventory': 'dist/workers/inventory.js',
  'workers/trees': 'dist/workers/trees.js',
  'workers/file': 'dist/workers/file.js',
  'workers/probe': 'dist/workers/probe.js',
  'workers/dump': 'dist/workers/dump.js',
  // Piscina starts its threads with the file of this name beside its own.
  'src/worker': 'node_modules/piscina/dist/worker.js',
  // Beside the daemon's file, so that threads are found from here as they are from there.
  ...Object.fromEntries(COMMAND_NAMES.map((name) => [`src/${name}`, `dist/src/commands/${name}.js`])),
};

/** The daemon's file holds no code of commands: what the table of commands loads stays a file of its own. */
const commandsApart: Plugin = {
  name: 'commands-apart',
  setup: ({ onResolve }) => {
    onResolve({ filter: /^\.\// }, ({ kind, importer, path }) =>
      kind === 'dynamic-import' && importer.endsWith('/dist/src/commands/table.js')
        ? { path, external: true }
        : undefined,
    );
  },
};

/** Loaded as they are: what is compiled for one platform, and what only a thread needs that lives for a moment. */
const EXTERNAL = ['uWebSockets.js', '@uwsjs/*', '@napi-rs/nice', 'systeminformation'];

const { metafile } = await build({
  absWorkingDir: ROOT,
  entryPoints: FILES,
  outdir: 'bundle',
  bundle: true,
  external: EXTERNAL,
  platform: 'node',
  target: 'node20.18',
  // Not ES modules: their loader takes a megabyte in every thread.
  format: 'cjs',
  supported: { 'dynamic-import': false },
  plugins: [commandsApart],
  define: { 'import.meta.url': 'moduleUrl' },
  banner: { js: `'use strict'; const moduleUrl = require('node:url').pathToFileURL(__filename).href;` },
  // Names are kept, and so are lines of a length that a stack trace can point at.
  minifyWhitespace: true,
  minifySyntax: true,
  lineLimit: 110,
  // Whole licences lie beside the code.
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
});
const page = await buildPage(ROOT);
writeFileSync(`${ROOT}bundle/src/page.html`, page.document);
const inputs = [...Object.keys(metafile.inputs), ...page.inputs];
writeFileSync(`${ROOT}bundle/LICENCES.txt`, licenceTexts(ROOT, packageFolders(inputs)));
writeFileSync(`${ROOT}bundle/package.json`, '{ "type": "commonjs" }\n');
chmodSync(`${ROOT}bundle/src/main.js`, 0o755);

/**
 * Makes a Debian package of the bundle, with Debian's own `dpkg-deb`: what runs on this platform, the unit, the settings with their
 * defaults, and a manual page. Written to the folder that is given, or else to the project's own; its name is printed.
 */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { bashScript } from '../src/commands/completion-bash.js';
import { zshScript } from '../src/commands/completion-zsh.js';
import { defaultFile, manPage } from './deb-files.js';

const NAME = 'harborforge-monitor';
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const LIB = `usr/lib/${NAME}`;
/** What the bundle loads as it is. The rest is in the bundle. */
const LOADED = /^(systeminformation$|@uwsjs\/)/;
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

type Versions = Readonly<Record<string, string>>;
interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly dependencies: Versions;
  readonly optionalDependencies: Versions;
  readonly description: string;
  readonly engines: { readonly node: string };
}

const manifest = readJson<Manifest>('package.json');
const architecture = ARCHITECTURES[process.arch] ?? process.arch;
const work = mkdtempSync(join(tmpdir(), 'monitor-deb-'));
try {
  const tree = join(work, 'tree');
  const place = (path: string, content: string | Uint8Array, mode = 0o644): void => {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    writeFileSync(join(tree, path), content);
    chmodSync(join(tree, path), mode);
  };
  const copy = (from: string, to: string): void => cpSync(from, join(tree, to), { recursive: true });

  copy(join(ROOT, 'bundle'), `${LIB}/bundle`);
  copy(join(ROOT, 'package.json'), `${LIB}/package.json`);
  copy(fetchPackages(join(work, 'packages')), `${LIB}/node_modules`);
  mkdirSync(join(tree, 'usr/bin'), { recursive: true });
  symlinkSync(`../lib/${NAME}/bundle/src/main.js`, join(tree, 'usr/bin', NAME));
  copy(join(ROOT, `deploy/${NAME}.service`), `usr/lib/systemd/system/${NAME}.service`);
  place(`etc/default/${NAME}`, defaultFile());
  mkdirSync(join(tree, 'etc', NAME), { mode: 0o700 });
  place(`usr/share/man/man8/${NAME}.8.gz`, gzipSync(manPage(manifest.version), { level: 9 }));
  place(`usr/share/bash-completion/completions/${NAME}`, bashScript());
  place(`usr/share/zsh/vendor-completions/_${NAME}`, zshScript());
  copy(join(ROOT, 'SECURITY.md'), `usr/share/doc/${NAME}/SECURITY.md`);
  copy(join(ROOT, 'bundle/LICENCES.txt'), `usr/share/doc/${NAME}/LICENCES.txt`);

  place(
    'DEBIAN/control',
    `Package: ${NAME}
Version: ${manifest.version}
Architecture: ${architecture}
Maintainer: HarborForge maintainers <maintainers@harborforge.invalid>
Section: admin
Priority: optional
Installed-Size: ${sizeKib(tree)}
Depends: nodejs (${manifest.engines.node.replace('>=', '>= ')}), libc6, init-system-helpers
Description: host telemetry for machines that run OpenClaw gateways
 ${manifest.description}
`,
  );
  place('DEBIAN/conffiles', `/etc/default/${NAME}\n`);
  for (const script of readdirSync(join(ROOT, 'deploy/debian')))
    place(`DEBIAN/${script}`, readFileSync(join(ROOT, 'deploy/debian', script)), 0o755);

  const file = `${NAME}_${manifest.version}_${architecture}.deb`;
  execFileSync(
    'dpkg-deb',
    ['--root-owner-group', '-Zxz', '-z2', '--build', tree, join(process.argv[2] ?? ROOT, file)],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  );
  process.stdout.write(`${file}\n`);
} finally {
  rmSync(work, { recursive: true, force: true });
}

/**
 * Has npm install what is loaded, with the lockfile's hashes, and returns the folder that it is in. To npm a build for another Node than
 * its own is one to be left out; here each of them is needed, since the package does not know on which Node it will run.
 */
function fetchPackages(folder: string): string {
  const dependencies = pick({ ...manifest.dependencies, ...manifest.optionalDependencies }, (name) => name);
  const { packages, ...lock } = readJson<{ packages: Record<string, { optional?: boolean }> }>(
    'package-lock.json',
  );
  const locked = pick(packages, (path) => path.replace('node_modules/', ''));
  for (const each of Object.values(locked)) delete each.optional;
  mkdirSync(folder);
  const own = { name: manifest.name, version: manifest.version, dependencies };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(own));
  writeFileSync(
    join(folder, 'package-lock.json'),
    JSON.stringify({ ...lock, packages: { '': own, ...locked } }),
  );
  const words = [
    'ci',
    '--ignore-scripts',
    '--force',
    '--prefer-offline',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ];
  execFileSync('npm', words, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  rmSync(join(folder, 'node_modules/.package-lock.json'));
  return join(folder, 'node_modules');
}

/** The entries of what the bundle loads; `nameOf` makes a package's name of a key. */
function pick<Value>(all: Readonly<Record<string, Value>>, nameOf: (key: string) => string) {
  return Object.fromEntries(Object.entries(all).filter(([key]) => LOADED.test(nameOf(key))));
}

function readJson<Content>(file: string): Content {
  return JSON.parse(readFileSync(join(ROOT, file), 'utf8')) as Content;
}

function sizeKib(folder: string): number {
  return Number(execFileSync('du', ['-sk', '--apparent-size', folder], { encoding: 'utf8' }).split('\t')[0]);
}

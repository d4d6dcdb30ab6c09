import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { keepFolder } from '../support/kept-folder.js';
import { runOrThrow } from './run-or-throw.js';

/** What is said where another C library can't be had. */
export const NEEDS_GLIBC =
  "another release's C library takes a Debian machine with patchelf, and Debian's archive in reach";

const ARCHIVE = 'http://deb.debian.org/debian';
/** With this file apt checks what it fetches. */
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** A C library on disk. */
export interface Glibc {
  /** The program that loads others with it. */
  readonly loader: string;
  /** The folder of its shared objects. */
  readonly libraries: string;
}

/**
 * Fetches the C library of a Debian release (`trixie`) with apt into the folder `cache`, or finds it there. Nothing is installed, and apt's
 * own lists are left alone.
 * @throws Error if it can't be had
 */
export async function installGlibc(cache: string, release: string): Promise<Glibc> {
  const place = join(cache, `glibc-${release}`);
  await keepFolder(place, async (folder) => {
    const apt = join(folder, 'apt');
    const env = { ...process.env, APT_CONFIG: layOut(apt, release) };
    await runOrThrow(NEEDS_GLIBC, 'apt-get', ['update', '-q'], { env });
    await runOrThrow(NEEDS_GLIBC, 'apt-get', ['download', 'libc6'], { env, cwd: apt });
    await runOrThrow(NEEDS_GLIBC, 'sh', ['-ec', `dpkg-deb -x apt/libc6_*.deb . && rm -r apt`], {
      cwd: folder,
    });
  });
  return {
    loader: join(place, 'usr/lib64/ld-linux-x86-64.so.2'),
    libraries: join(place, 'usr/lib/x86_64-linux-gnu'),
  };
}

/** Lays a folder out that apt has for the system's, in which there is that release and nothing else. Returns its configuration. */
function layOut(folder: string, release: string): string {
  for (const name of ['state/lists/partial', 'cache/archives/partial'])
    mkdirSync(join(folder, name), { recursive: true });
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const sources = file('sources.list', `deb [signed-by=${KEYRING}] ${ARCHIVE} ${release} main\n`);
  const options = {
    'Dir::Etc::SourceList': sources,
    'Dir::Etc::SourceParts': '-',
    'Dir::State': join(folder, 'state'),
    'Dir::State::Status': file('status', ''),
    'Dir::Cache': join(folder, 'cache'),
    'Acquire::Languages': 'none',
    // The folder is the caller's own, and nobody else can write into it.
    'APT::Sandbox::User': '',
  };
  const lines = Object.entries(options).map(([name, value]) => `${name} "${value}";\n`);
  return file('apt.conf', lines.join(''));
}

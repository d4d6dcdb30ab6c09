import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { MAX_ENTRIES, readNginx } from '../../../workers/host/nginx.js';
import { temporaryFolder } from '../../support/fixtures.js';

/** Makes a root file system with these files, all empty; a name that ends in / is a folder. */
function createRoot(t: TestContext, ...paths: string[]): string {
  const root = temporaryFolder(t);
  for (const path of paths) {
    mkdirSync(join(root, path.endsWith('/') ? path : dirname(path)), { recursive: true });
    if (!path.endsWith('/')) writeFileSync(join(root, path), '');
  }
  return root;
}

/** Makes a link that leads to a link to itself: following it fails with ELOOP, even for root. */
function createLoop(root: string, path: string): void {
  mkdirSync(join(root, dirname(path)), { recursive: true });
  symlinkSync('loop', join(root, path));
  symlinkSync(path.split('/').at(-1)!, join(root, dirname(path), 'loop'));
}

describe('readNginx: whether nginx is installed', () => {
  for (const path of [
    '/usr/sbin/nginx',
    '/usr/bin/nginx',
    '/usr/local/sbin/nginx',
    '/usr/local/bin/nginx',
    '/usr/local/nginx/sbin/nginx',
    '/opt/nginx/sbin/nginx',
    '/etc/nginx/nginx.conf',
  ]) {
    it(`yes, with ${path}`, (t) => {
      assert.equal(readNginx(createRoot(t, path), '').installed, true);
    });
  }

  it('no, on an empty machine', (t) => {
    assert.deepEqual(readNginx(createRoot(t), '/usr/bin:/bin'), {
      installed: false,
      sites: [],
      cutOff: false,
    });
  });

  it('yes, with a binary in a folder of the search path, below the given root', (t) => {
    const root = createRoot(t, '/srv/tools/nginx');
    assert.equal(readNginx(root, '/bin:/srv/tools').installed, true);
    assert.equal(readNginx(root, '/bin').installed, false);
  });

  it('no, with a folder of that name', (t) => {
    assert.equal(readNginx(createRoot(t, '/usr/sbin/nginx/'), '').installed, false);
  });

  it('no, with a binary in a relative folder of the search path', (t) => {
    const root = createRoot(t, '/tools/nginx', '/nginx');
    assert.equal(readNginx(root, 'tools::.').installed, false);
  });

  it('yes, with a link to a binary; no, with a dangling link', (t) => {
    const root = createRoot(t, '/opt/real-nginx', '/usr/sbin/', '/usr/bin/');
    symlinkSync('nowhere', join(root, '/usr/bin/nginx'));
    assert.equal(readNginx(root, '').installed, false);
    symlinkSync('../../opt/real-nginx', join(root, '/usr/sbin/nginx'));
    assert.equal(readNginx(root, '').installed, true);
  });
});

describe('readNginx: links of the host, below the given root', () => {
  it('resolve to the folder of the sites on the host', (t) => {
    const root = createRoot(t, '/srv/nginx/sites/shop', '/etc/nginx/');
    symlinkSync('/srv/nginx/sites', join(root, '/etc/nginx/sites-enabled'));
    assert.deepEqual(readNginx(root, '').sites, ['shop']);
  });

  it('resolve to a binary of the host, not to one of this machine', (t) => {
    const root = createRoot(t, '/opt/real-nginx', '/usr/sbin/', '/usr/bin/');
    symlinkSync(process.execPath, join(root, '/usr/bin/nginx'));
    assert.equal(readNginx(root, '').installed, false);
    symlinkSync('/opt/real-nginx', join(root, '/usr/sbin/nginx'));
    assert.equal(readNginx(root, '').installed, true);
  });
});

describe('readNginx: its sites', () => {
  it('are the names in sites-enabled, sorted by code unit', (t) => {
    const enabled = '/etc/nginx/sites-enabled';
    const root = createRoot(
      t,
      ...['shop', 'Zeta', 'api.example.org', 'émile', 'b.conf', '\uff21', '🚢'].map(
        (name) => `${enabled}/${name}`,
      ),
    );
    assert.deepEqual(readNginx(root, '').sites, [
      'Zeta',
      'api.example.org',
      'b.conf',
      'shop',
      'émile',
      '🚢',
      '\uff21',
    ]);
  });

  it('come only from sites-enabled if that folder exists, even if it is empty', (t) => {
    const root = createRoot(t, '/etc/nginx/sites-enabled/', '/etc/nginx/conf.d/other.conf');
    assert.deepEqual(readNginx(root, ''), { installed: false, sites: [], cutOff: false });
  });

  it('are conf.d/*.conf without the extension if there is no sites-enabled', (t) => {
    const root = createRoot(
      t,
      '/etc/nginx/nginx.conf',
      ...['shop.conf', 'api-v2.conf', 'api.conf', 'old.conf.bak', 'README'].map(
        (name) => `/etc/nginx/conf.d/${name}`,
      ),
    );
    assert.deepEqual(readNginx(root, ''), {
      installed: true,
      sites: ['api', 'api-v2', 'shop'],
      cutOff: false,
    });
  });

  it('exclude names with a leading dot', (t) => {
    const enabled = createRoot(t, '/etc/nginx/sites-enabled/.swp', '/etc/nginx/sites-enabled/site');
    assert.deepEqual(readNginx(enabled, '').sites, ['site']);
    const confD = createRoot(t, '/etc/nginx/conf.d/.hidden.conf', '/etc/nginx/conf.d/site.conf');
    assert.deepEqual(readNginx(confD, '').sites, ['site']);
  });

  it('include a link by its own name, wherever it leads', (t) => {
    const root = createRoot(t, '/etc/nginx/sites-enabled/');
    symlinkSync('../sites-available/gone', join(root, '/etc/nginx/sites-enabled/shop'));
    assert.deepEqual(readNginx(root, '').sites, ['shop']);
  });

  it('are none if a file is in place of the folder', (t) => {
    const root = createRoot(t, '/etc/nginx/sites-enabled');
    assert.deepEqual(readNginx(root, ''), { installed: false, sites: [], cutOff: false });
  });

  it('are complete up to the limit of entries, and cut off beyond it', (t) => {
    const root = createRoot(t, '/etc/nginx/sites-enabled/');
    const add = (number: number) =>
      writeFileSync(join(root, `/etc/nginx/sites-enabled/${String(number).padStart(5, '0')}`), '');
    for (let i = 0; i < MAX_ENTRIES; i++) add(i);
    const full = readNginx(root, '');
    assert.deepEqual([full.sites?.length, full.sites?.at(-1), full.cutOff], [MAX_ENTRIES, '09999', false]);
    add(MAX_ENTRIES);
    const { sites, cutOff } = readNginx(root, '');
    assert.deepEqual([sites?.length, cutOff], [MAX_ENTRIES, true]);
  });

  it('are unknown, like whether nginx is installed, if its folder cannot be read', (t) => {
    const root = createRoot(t, '/etc/hosts');
    createLoop(root, '/etc/nginx');
    assert.deepEqual(readNginx(root, ''), { installed: null, sites: null, cutOff: false });
  });

  for (const folder of ['sites-enabled', 'conf.d']) {
    it(`are unknown if ${folder} cannot be read`, (t) => {
      const root = createRoot(t, '/usr/sbin/nginx');
      createLoop(root, `/etc/nginx/${folder}`);
      assert.deepEqual(readNginx(root, ''), { installed: true, sites: null, cutOff: false });
    });
  }

  it('are unknown, not those of conf.d, if sites-enabled exists but cannot be read', (t) => {
    const root = createRoot(t, '/etc/nginx/conf.d/shop.conf');
    createLoop(root, '/etc/nginx/sites-enabled');
    assert.deepEqual(readNginx(root, ''), { installed: false, sites: null, cutOff: false });
  });
});

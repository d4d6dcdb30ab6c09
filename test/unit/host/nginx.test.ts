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

/** Makes a link that leads nowhere but to itself: whoever follows it gets ELOOP, root too. */
function createLoop(root: string, path: string): void {
  mkdirSync(join(root, dirname(path)), { recursive: true });
  symlinkSync('loop', join(root, path));
  symlinkSync(path.split('/').at(-1)!, join(root, dirname(path), 'loop'));
}

describe('readNginx: whether it is installed', () => {
  for (const path of [
    '/usr/sbin/nginx',
    '/usr/bin/nginx',
    '/usr/local/sbin/nginx',
    '/usr/local/bin/nginx',
    '/usr/local/nginx/sbin/nginx',
    '/opt/nginx/sbin/nginx',
    '/etc/nginx/nginx.conf',
  ]) {
    it(`is, with ${path}`, (t) => {
      assert.equal(readNginx(createRoot(t, path), '').installed, true);
    });
  }

  it('is not, on an empty machine', (t) => {
    assert.deepEqual(readNginx(createRoot(t), '/usr/bin:/bin'), {
      installed: false,
      sites: [],
      cutOff: false,
    });
  });

  it('is, with a binary in a folder of the search path, below the root that was handed in', (t) => {
    const root = createRoot(t, '/srv/tools/nginx');
    assert.equal(readNginx(root, '/bin:/srv/tools').installed, true);
    assert.equal(readNginx(root, '/bin').installed, false);
  });

  it('is not for a folder of that name', (t) => {
    assert.equal(readNginx(createRoot(t, '/usr/sbin/nginx/'), '').installed, false);
  });

  it('looks in no relative folder of the search path', (t) => {
    const root = createRoot(t, '/tools/nginx', '/nginx');
    assert.equal(readNginx(root, 'tools::.').installed, false);
  });

  it('is, with a link to a binary, and is not with a link to nothing', (t) => {
    const root = createRoot(t, '/opt/real-nginx', '/usr/sbin/', '/usr/bin/');
    symlinkSync('nowhere', join(root, '/usr/bin/nginx'));
    assert.equal(readNginx(root, '').installed, false);
    symlinkSync('../../opt/real-nginx', join(root, '/usr/sbin/nginx'));
    assert.equal(readNginx(root, '').installed, true);
  });
});

describe('readNginx: links of the host, below the root that was handed in', () => {
  it('lead from the folder of the sites to where it is on the host', (t) => {
    const root = createRoot(t, '/srv/nginx/sites/shop', '/etc/nginx/');
    symlinkSync('/srv/nginx/sites', join(root, '/etc/nginx/sites-enabled'));
    assert.deepEqual(readNginx(root, '').sites, ['shop']);
  });

  it('lead to the binary that the host has, and to none that only this machine has', (t) => {
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

  it('are those of sites-enabled alone where that folder is, though it be empty', (t) => {
    const root = createRoot(t, '/etc/nginx/sites-enabled/', '/etc/nginx/conf.d/other.conf');
    assert.deepEqual(readNginx(root, ''), { installed: false, sites: [], cutOff: false });
  });

  it('are conf.d/*.conf without the ending where there is no sites-enabled', (t) => {
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

  it('are none of the names with a leading dot', (t) => {
    const enabled = createRoot(t, '/etc/nginx/sites-enabled/.swp', '/etc/nginx/sites-enabled/site');
    assert.deepEqual(readNginx(enabled, '').sites, ['site']);
    const confD = createRoot(t, '/etc/nginx/conf.d/.hidden.conf', '/etc/nginx/conf.d/site.conf');
    assert.deepEqual(readNginx(confD, '').sites, ['site']);
  });

  it('count a link by its own name, wherever it leads', (t) => {
    const root = createRoot(t, '/etc/nginx/sites-enabled/');
    symlinkSync('../sites-available/gone', join(root, '/etc/nginx/sites-enabled/shop'));
    assert.deepEqual(readNginx(root, '').sites, ['shop']);
  });

  it('are none where a file stands in the place of the folder', (t) => {
    const root = createRoot(t, '/etc/nginx/sites-enabled');
    assert.deepEqual(readNginx(root, ''), { installed: false, sites: [], cutOff: false });
  });

  it('are all of a folder that is full, and said to be cut off where there are more', (t) => {
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

  it('are unknown, and so is whether nginx is there, when its folder can not be looked into', (t) => {
    const root = createRoot(t, '/etc/hosts');
    createLoop(root, '/etc/nginx');
    assert.deepEqual(readNginx(root, ''), { installed: null, sites: null, cutOff: false });
  });

  for (const folder of ['sites-enabled', 'conf.d']) {
    it(`are unknown when ${folder} can not be read`, (t) => {
      const root = createRoot(t, '/usr/sbin/nginx');
      createLoop(root, `/etc/nginx/${folder}`);
      assert.deepEqual(readNginx(root, ''), { installed: true, sites: null, cutOff: false });
    });
  }

  it('are unknown, not those of conf.d, when sites-enabled is there and can not be read', (t) => {
    const root = createRoot(t, '/etc/nginx/conf.d/shop.conf');
    createLoop(root, '/etc/nginx/sites-enabled');
    assert.deepEqual(readNginx(root, ''), { installed: false, sites: null, cutOff: false });
  });
});

import assert from 'node:assert/strict';
import { mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { resolveBelow } from '../../../workers/host/below.js';
import { temporaryFolder } from '../../support/fixtures.js';

/** Makes a root with these links in it. */
function createRoot(t: TestContext, links: Readonly<Record<string, string>>): string {
  const root = realpathSync(temporaryFolder(t));
  for (const [path, target] of Object.entries(links)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    symlinkSync(target, join(root, path));
  }
  return root;
}

describe('resolveBelow', () => {
  for (const [what, links, path, expected] of [
    ['a path without links', {}, '/etc/nginx', '/etc/nginx'],
    ['the root', {}, '/', '/'],
    ['a path with dots and slashes too many', {}, '//a/./b//../c/', '/a/c'],
    ['a path that leads out of the root', {}, '/../../etc', '/etc'],
    ['an absolute link', { '/etc/a': '/srv/b' }, '/etc/a/c', '/srv/b/c'],
    ['a relative link', { '/etc/a': '../srv/b' }, '/etc/a/c', '/srv/b/c'],
    ['a link that leads out of the root', { '/etc/a': '../../../../srv' }, '/etc/a', '/srv'],
    ['an absolute link that leads out of the root', { '/etc/a': '/../srv' }, '/etc/a', '/srv'],
    ['a link to the root', { '/etc/a': '/' }, '/etc/a/b', '/b'],
    [
      'a .. behind a link, which is that of where it leads',
      { '/etc/a': '/srv/deep' },
      '/etc/a/../b',
      '/srv/b',
    ],
    ['links to links', { '/a': '/b/x', '/b': 'c', '/c/x': '/d' }, '/a/y', '/d/y'],
    ['a link to nothing', { '/a': '/none' }, '/a/b', '/none/b'],
  ] as const) {
    it(`resolves ${what} to ${expected}`, (t) => {
      const root = createRoot(t, links);
      assert.equal(resolveBelow(root, path), join(root, expected));
    });
  }

  it('throws ELOOP for a cycle of links', (t) => {
    const root = createRoot(t, { '/a': '/b', '/b': '/a' });
    assert.throws(() => resolveBelow(root, '/a/c'), { code: 'ELOOP' });
  });

  it('leaves the path to the kernel if the root is /', () => {
    assert.equal(resolveBelow('/', '/a/../b'), '/a/../b');
  });

  it('agrees with the kernel if no link is absolute', (t) => {
    const root = createRoot(t, { '/etc/a': '../srv/./b', '/srv/b': 'c//d', '/srv/c/d': '../../usr' });
    mkdirSync(join(root, 'usr'));
    writeFileSync(join(root, 'usr/file'), '');
    assert.equal(resolveBelow(root, '/etc/a/file'), realpathSync(join(root, '/etc/a/file')));
  });
});

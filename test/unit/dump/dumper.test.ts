import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { Dumper } from '../../../src/dump/dumper.js';
import { dumpFolder } from '../../../src/dump/folder.js';
import { RecorderReader, RecorderWriter } from '../../../src/shared/recorder.js';
import { readDump } from '../../support/dumps.js';
import { temporaryFolder } from '../../support/fixtures.js';
import { createFrozenMount, whyNoMount } from '../../support/frozen-mount.js';
import { keepLog } from '../../support/log-lines.js';
import { createRing, rowOf } from '../../support/recorders.js';
import { until } from '../../support/until.js';

const WALL_MS = Date.parse('2026-03-22T01:37:21.042Z');
const NAME = 'harborforge-monitor-history-20260322T013721.042Z.csv';
const ROWS = 20_000;
const LATE = 'the dump is not written yet: its folder is slow, or gives no answer';

function setUp(t: TestContext, folder = temporaryFolder(t), rows = ROWS) {
  const shared = createRing(rows);
  const writer = new RecorderWriter(shared);
  for (let row = 0; row < rows + 100; row++) writer.append(50 * row, WALL_MS - 50 * row, rowOf(row % 1_000));
  const { log, lines } = keepLog();
  const dumper = new Dumper({
    config: { dumpDir: folder },
    env: {},
    shared,
    log,
    clock: { wallMs: () => WALL_MS },
  });
  t.after(async () => void (await dumper.stop()));
  const told = (level: string) =>
    until(`a line of level ${level}`, () => lines.find((line) => line.level === level) ?? null);
  return { dumper, folder, lines, shared, told };
}

describe('the dump', () => {
  it('has all rows of the recorder, in a file that only the daemon may read', async (t) => {
    const { dumper, folder, told, shared } = setUp(t);
    dumper.dump();
    const path = join(folder, NAME);
    const { size, mode } = await told('info').then(() => statSync(path));
    assert.deepEqual(await told('info'), {
      level: 'info',
      path,
      rows: ROWS,
      bytes: size,
      msg: 'dump of the flight recorder written',
    });
    assert.equal(mode & 0o777, 0o600);
    assert.deepEqual(readdirSync(folder), [NAME]);
    const { monoMs, wallMs, columns } = new RecorderReader(shared).since(Number.NEGATIVE_INFINITY);
    assert.deepEqual(
      readDump(path),
      Array.from(monoMs, (mono, row) => ({
        monoMs: mono,
        wallMs: wallMs[row],
        values: columns.map((column) => String(column[row])),
      })),
    );
  });

  it('can be had again and again, but not two at a time, nor two of one name', async (t) => {
    const { dumper, folder, lines, told } = setUp(t);
    dumper.dump();
    dumper.dump();
    assert.deepEqual(lines, [{ level: 'warn', folder, msg: 'no dump is written: another is being written' }]);
    await told('info');
    dumper.dump();
    assert.equal((await told('error')).msg, `no dump was written: ${join(folder, NAME)} is there already`);
    rmSync(join(folder, NAME));
    lines.length = 0;
    dumper.dump();
    await told('info');
    assert.equal(readDump(join(folder, NAME)).length, ROWS);
  });

  it('follows no link that somebody laid at its name', async (t) => {
    const { dumper, folder, told } = setUp(t);
    symlinkSync(join(folder, 'elsewhere'), join(folder, NAME));
    dumper.dump();
    assert.match((await told('error')).msg ?? '', /is there already$/);
    assert.deepEqual(readdirSync(folder), [NAME]);
  });

  it('is not written when nothing is recorded, which is said', (t) => {
    const { dumper, folder, lines } = setUp(t, temporaryFolder(t), 0);
    dumper.dump();
    assert.deepEqual(lines, [
      {
        level: 'warn',
        folder,
        msg: 'no dump is written: nothing is recorded, since MONITOR_HISTORY_SEC is 0',
      },
    ]);
    assert.deepEqual(readdirSync(folder), []);
  });

  for (const [what, make, problem] of [
    ['is not there', () => {}, 'is not there'],
    ['is a file', (path: string) => writeFileSync(path, 'kept'), 'is no folder'],
    ['is a link to nowhere', (path: string) => symlinkSync(`${path}-nowhere`, path), 'is not there'],
  ] as const) {
    it(`is not written into a folder that ${what}, which is said, and is once that is mended`, async (t) => {
      const folder = join(temporaryFolder(t), 'folder');
      make(folder);
      const { dumper, lines, told } = setUp(t, folder, 10);
      dumper.dump();
      assert.deepEqual(await told('error'), {
        level: 'error',
        folder,
        msg: `no dump was written: ${folder} ${problem}`,
      });
      assert.ok(!existsSync(`${folder}-nowhere`));
      rmSync(folder, { force: true });
      mkdirSync(folder);
      dumper.dump();
      await told('info');
      assert.equal(lines.filter(({ level }) => level === 'error').length, 1);
    });
  }

  it('is let come to its end when the daemon ends, and none is begun then', async (t) => {
    const { dumper, folder, lines } = setUp(t);
    // So that the moment for which the end waits is never over.
    t.mock.timers.enable({ apis: ['setTimeout'] });
    dumper.dump();
    assert.equal(await dumper.stop(), true);
    assert.equal(readDump(join(folder, NAME)).length, ROWS);
    dumper.dump();
    assert.deepEqual(lines.at(-1), {
      level: 'warn',
      folder,
      msg: 'no dump is written: the daemon is ending',
    });
  });

  it('is not said to be late when it was in time', async (t) => {
    const { dumper, lines } = setUp(t);
    t.mock.timers.enable({ apis: ['setTimeout'] });
    dumper.dump();
    await dumper.stop();
    t.mock.timers.tick(60_000);
    assert.deepEqual(
      lines.map(({ msg }) => msg),
      ['dump of the flight recorder written'],
    );
  });
});

describe('the dump into a folder that gives no answer', { skip: whyNoMount() ?? false }, () => {
  it('is written when it answers again, and nothing that was begun is left', async (t) => {
    const mount = await createFrozenMount(t);
    const { dumper, lines, told } = setUp(t, mount.path);
    mount.freeze();
    dumper.dump();
    dumper.dump();
    assert.deepEqual(
      lines.map(({ msg }) => msg),
      ['no dump is written: another is being written'],
    );
    mount.thaw();
    await told('info');
    assert.deepEqual(readdirSync(mount.path), [NAME]);
    assert.equal(readFileSync(join(mount.path, NAME), 'latin1').split('\n').length, ROWS + 2);
  });

  it('is said to be late after ten seconds', async (t) => {
    const mount = await createFrozenMount(t);
    const { dumper, lines, told } = setUp(t, mount.path);
    t.mock.timers.enable({ apis: ['setTimeout'] });
    mount.freeze();
    dumper.dump();
    t.mock.timers.tick(9_999);
    assert.deepEqual(lines, []);
    t.mock.timers.tick(1);
    assert.deepEqual(lines, [{ level: 'warn', folder: mount.path, msg: LATE }]);
    t.mock.timers.reset();
    mount.thaw();
    await told('info');
  });

  it('is given up when it answers only after the end has waited for it, and leaves nothing', async (t) => {
    const mount = await createFrozenMount(t);
    const { dumper, lines } = setUp(t, mount.path);
    t.mock.timers.enable({ apis: ['setTimeout'] });
    mount.freeze();
    dumper.dump();
    const stopping = dumper.stop();
    t.mock.timers.tick(700);
    await setImmediate();
    mount.thaw();
    assert.equal(await stopping, true);
    const reason = 'the daemon ended before all of it was written';
    assert.deepEqual(lines, [
      { level: 'error', folder: mount.path, msg: `no dump was written: ${mount.path}: ${reason}` },
    ]);
    assert.deepEqual(readdirSync(mount.path), []);
  });
});

describe('the folder for dumps', () => {
  it('is the one that was set, else the first that systemd made, else the one for temporary files', () => {
    const env = { STATE_DIRECTORY: '/var/lib/a:/var/lib/b' };
    assert.equal(dumpFolder('/set', env, '/tmp'), '/set');
    assert.equal(dumpFolder(undefined, env, '/tmp'), '/var/lib/a');
    assert.equal(dumpFolder(undefined, { STATE_DIRECTORY: '' }, '/tmp'), '/tmp');
    assert.equal(dumpFolder(undefined, { STATE_DIRECTORY: 'state' }, '/tmp'), '/tmp');
    assert.equal(dumpFolder(undefined, {}, '/tmp'), '/tmp');
  });
});

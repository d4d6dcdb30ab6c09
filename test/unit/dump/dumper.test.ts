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
import { Dumper, MIN_SPACING_MS } from '../../../src/dump/dumper.js';
import { dumpFolder } from '../../../src/dump/folder.js';
import { RecorderReader, RecorderWriter } from '../../../src/shared/recorder.js';
import { readDump } from '../../support/dumps.js';
import { FakeClock } from '../../support/fake-clock.js';
import { temporaryFolder } from '../../support/fixtures.js';
import { createFrozenMount, whyNoMount } from '../../support/frozen-mount.js';
import { keepLog } from '../../support/log-lines.js';
import { createRing, rowOf } from '../../support/recorders.js';
import { until } from '../../support/until.js';

const WALL_MS = Date.parse('2026-03-22T01:37:21.042Z');
const NAME = /^harborforge-monitor-history-20260322T013721\.042Z-[0-9a-f]{16}\.csv$/;
const ROWS = 20_000;
const LATE = 'the dump is not written yet: its folder is slow, or gives no answer';

function setUp(t: TestContext, folder = temporaryFolder(t), rows = ROWS) {
  const shared = createRing(rows);
  const writer = new RecorderWriter(shared);
  for (let row = 0; row < rows + 100; row++) writer.append(50 * row, WALL_MS - 50 * row, rowOf(row % 1_000));
  const { log, lines } = keepLog();
  const clock = new FakeClock(0, WALL_MS);
  const dumper = new Dumper({
    config: { dumpDir: folder },
    env: {},
    shared,
    log,
    clock,
  });
  t.after(async () => void (await dumper.stop()));
  const told = (level: string) =>
    until(`a line of level ${level}`, () => lines.find((line) => line.level === level) ?? null);
  return { clock, dumper, folder, lines, shared, told };
}

/** The path of the only file in `folder`, which must have the name of a complete dump. */
function onlyDump(folder: string): string {
  const [name = '', ...more] = readdirSync(folder);
  assert.match(name, NAME);
  assert.deepEqual(more, []);
  return join(folder, name);
}

describe('the dump', () => {
  it('has all rows of the recorder, in a file that only the daemon may read', async (t) => {
    const { dumper, folder, told, shared } = setUp(t);
    dumper.dump();
    await told('info');
    const path = onlyDump(folder);
    const { size, mode } = statSync(path);
    assert.deepEqual(await told('info'), {
      level: 'info',
      path,
      rows: ROWS,
      bytes: size,
      msg: 'dump of the flight recorder written',
    });
    assert.equal(mode & 0o777, 0o600);
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

  it('can be repeated, but only one at a time', async (t) => {
    const { clock, dumper, folder, lines, told } = setUp(t);
    for (let count = 1; count <= 3; count++) {
      lines.length = 0;
      dumper.dump();
      dumper.dump();
      assert.deepEqual(lines, [
        { level: 'warn', folder, msg: 'no dump is written: another is being written' },
      ]);
      await told('info');
      assert.equal(readdirSync(folder).length, count);
      clock.advance(MIN_SPACING_MS);
    }
  });

  it('is refused within 5 s of the last, which is logged once however many are requested', async (t) => {
    const { clock, dumper, folder, lines, told } = setUp(t);
    dumper.dump();
    await told('info');
    clock.advance(1_001);
    for (let i = 0; i < 300; i++) dumper.dump();
    clock.advance(MIN_SPACING_MS - 1_002);
    dumper.dump();
    assert.deepEqual(
      lines.filter(({ level }) => level !== 'info'),
      [{ level: 'warn', folder, msg: 'no dump is written: rate limit: the next one is possible in 4 s' }],
    );
    onlyDump(folder);
    clock.advance(1);
    lines.length = 0;
    dumper.dump();
    await told('info');
    assert.equal(readdirSync(folder).length, 2);
  });

  it('logs a refusal for any other reason once every 5 s', (t) => {
    const { clock, dumper, lines } = setUp(t, temporaryFolder(t), 0);
    for (let i = 0; i < 3; i++) {
      for (let j = 0; j < 100; j++) dumper.dump();
      clock.advance(MIN_SPACING_MS);
    }
    assert.equal(lines.length, 3);
  });

  it('is not written if nothing is recorded, which is logged', (t) => {
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
    it(`is not written into a folder that ${what}, which is logged, but is once that is fixed`, async (t) => {
      const folder = join(temporaryFolder(t), 'folder');
      make(folder);
      const { clock, dumper, lines, told } = setUp(t, folder, 10);
      dumper.dump();
      assert.deepEqual(await told('error'), {
        level: 'error',
        folder,
        msg: `no dump was written: ${folder} ${problem}`,
      });
      assert.ok(!existsSync(`${folder}-nowhere`));
      rmSync(folder, { force: true });
      mkdirSync(folder);
      clock.advance(MIN_SPACING_MS);
      dumper.dump();
      await told('info');
      assert.equal(lines.filter(({ level }) => level === 'error').length, 1);
    });
  }

  it('is finished when the daemon stops, and no other is started', async (t) => {
    const { dumper, folder, lines } = setUp(t);
    // So that the timeout of stop() never fires.
    t.mock.timers.enable({ apis: ['setTimeout'] });
    dumper.dump();
    assert.equal(await dumper.stop(), true);
    assert.equal(readDump(onlyDump(folder)).length, ROWS);
    dumper.dump();
    assert.deepEqual(lines.at(-1), {
      level: 'warn',
      folder,
      msg: 'no dump is written: the daemon is ending',
    });
  });

  it('is not reported as late when it was on time', async (t) => {
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

describe('the dump into a folder that hangs', { skip: whyNoMount() ?? false }, () => {
  it('is written when the folder responds again, and leaves nothing unfinished', async (t) => {
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
    assert.equal(readFileSync(onlyDump(mount.path), 'latin1').split('\n').length, ROWS + 2);
  });

  it('is reported as late after ten seconds', async (t) => {
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

  it('is abandoned if the folder responds after the timeout of stop(), and leaves nothing', async (t) => {
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
  it('is the configured one, else the first state directory of systemd, else the temporary one', () => {
    const env = { STATE_DIRECTORY: '/var/lib/a:/var/lib/b' };
    assert.equal(dumpFolder('/set', env, '/tmp'), '/set');
    assert.equal(dumpFolder(undefined, env, '/tmp'), '/var/lib/a');
    assert.equal(dumpFolder(undefined, { STATE_DIRECTORY: '' }, '/tmp'), '/tmp');
    assert.equal(dumpFolder(undefined, { STATE_DIRECTORY: 'state' }, '/tmp'), '/tmp');
    assert.equal(dumpFolder(undefined, {}, '/tmp'), '/tmp');
  });
});

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, constants, existsSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { Piscina } from 'piscina';
import { bootThreads, type LaneEvents, LanePool } from '../../../src/sampling/pool.js';
import { ACTIVITY, Control } from '../../../src/shared/control.js';
import { FrameReader } from '../../../src/shared/frame-store.js';
import { createSharedMemory, TELEMETRY_READER, TELEMETRY_STORE } from '../../../src/shared/layout.js';
import { copyMachine, readFixture, temporaryFolder } from '../../support/fixtures.js';
import { threadsIn } from '../../support/frozen-mount.js';
import { until } from '../../support/until.js';

/** Opens a FIFO to release the threads that block on it. */
function wake(fifo: string): void {
  closeSync(openSync(fifo, constants.O_RDWR | constants.O_NONBLOCK));
}

/** A real pool whose proc lane reads a copy of a machine. */
class PoolRig {
  readonly shared = createSharedMemory();
  readonly control = new Control(this.shared);
  readonly procfs: string;
  readonly deaths: string[] = [];
  readonly worked: string[] = [];
  readonly pool: LanePool;
  readonly threads: Piscina;
  readonly #frames = new FrameReader(this.shared, TELEMETRY_STORE, TELEMETRY_READER.main);

  constructor(t: TestContext, options: { threads?: Piscina; startMs?: number } = {}) {
    this.procfs = copyMachine(t, 'kvm-host');
    this.threads = options.threads ?? bootThreads();
    const events: LaneEvents = {
      died: (lane, reason) => this.deaths.push(`${lane}: ${reason}`),
      working: (lane) => this.worked.push(lane),
    };
    const shared = this.shared;
    this.pool = new LanePool({
      ...options,
      threads: this.threads,
      control: this.control,
      works: {
        proc: {
          lane: 'proc',
          shared,
          procfs: this.procfs,
          intervalMs: 10,
          cpuWindowMs: 1_000,
          cpuBudgetPct: 100,
          diskStaleAfterMs: 15_000,
          nginxStaleAfterMs: 180_000,
        },
        disk: {
          lane: 'disk',
          shared,
          diskPath: '/',
          rootfs: this.procfs,
          diskIntervalMs: 1_000,
          nginxIntervalMs: 60_000,
          searchPath: '',
        },
      },
      events,
      monoMs: () => performance.now(),
    });
  }

  get sequence(): number {
    return this.#frames.read((slot) => slot.sequence) ?? 0;
  }

  async sampled(): Promise<void> {
    const before = this.sequence;
    await until('a new frame', () => this.sequence > before);
  }

  /** Makes the proc lane hang in the kernel on start. Returns the FIFO that it hangs on. */
  async startHanging(): Promise<string> {
    const uptime = join(this.procfs, 'uptime');
    const fifo = join(this.procfs, 'fifo');
    rmSync(uptime);
    execFileSync('mkfifo', [uptime]);
    this.pool.start();
    await until('the proc lane to run', () => this.pool.isRunning('proc'));
    // Opening an existing file takes only a moment: no thread is in that call at two checks in a row.
    let before: readonly string[] = [];
    await until('the proc lane to hang', () => {
      const now = threadsIn(process.pid, 'openat');
      const hangs = now.some((tid) => before.includes(tid));
      before = now;
      return hangs;
    });
    renameSync(uptime, fifo);
    writeFileSync(uptime, readFixture('kvm-host', 'uptime'));
    return fifo;
  }

  /** The same, then gives the lane up. */
  async hangProcLane(): Promise<string> {
    const fifo = await this.startHanging();
    this.pool.giveUp('proc');
    await until('the lane to be replaced', () => this.worked.includes('proc'));
    return fifo;
  }
}

describe('the lanes of the pool', () => {
  it('stop normally once an abandoned thread has ended', async (t) => {
    const rig = new PoolRig(t);
    const before = rig.threads.threads;
    const fifo = await rig.hangProcLane();
    await rig.sampled();
    const [hung] = before.filter((thread) => !rig.threads.threads.includes(thread));
    wake(fifo);
    await until('the thread to end', () => hung?.threadId === -1);
    assert.equal(await rig.pool.stop(), true);
    assert.deepEqual(rig.deaths, ['proc: it hung, and was given up']);
  });

  it('return false from stop() while an abandoned thread still hangs', async (t) => {
    const rig = new PoolRig(t);
    const fifo = await rig.hangProcLane();
    assert.equal(await rig.pool.stop(), false);
    wake(fifo);
  });

  it('detect a thread that hangs before it is up', async (t) => {
    const folder = temporaryFolder(t);
    const fifo = join(folder, 'fifo');
    execFileSync('mkfifo', [fifo]);
    const filename = join(folder, 'lane.cjs');
    writeFileSync(
      filename,
      `require('node:fs').writeFileSync(${JSON.stringify(`${fifo}.begun`)}, '');
      require('node:fs').readFileSync(${JSON.stringify(fifo)});`,
    );
    const threads = new Piscina({ filename, minThreads: 2, maxThreads: 2, atomics: 'disabled' });
    const rig = new PoolRig(t, { threads, startMs: 2_000 });
    rig.pool.start();
    await until('both lanes to be given up', () => rig.deaths.length >= 2);
    assert.ok(existsSync(`${fifo}.begun`), 'no thread came as far as to hang');
    assert.match(rig.deaths.join(), /proc: its thread did not come up/);
    assert.equal(await rig.pool.stop(), false);
    wake(fifo);
  });

  it('are replaced during a write only once their thread has ended', async (t) => {
    const rig = new PoolRig(t);
    const replace = t.mock.method(rig.control, 'replace');
    const fifo = await rig.startHanging();
    // As if it hung in the write section, which happens only on a badly broken machine.
    assert.ok(rig.control.enter('proc', 1, ACTIVITY.writing));
    rig.pool.giveUp('proc');
    await until('two tries to replace it', () => replace.mock.callCount() === 2);
    assert.equal(rig.control.generation('proc'), 1);
    wake(fifo);
    await rig.sampled();
    assert.equal(rig.control.generation('proc'), 2);
    assert.equal(await rig.pool.stop(), true);
  });
});

import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { copyMachine, readFixture } from '../../support/fixtures.js';
import { createMortalFile } from '../../support/mortal-file.js';
import { ProcSamplerRig } from '../../support/proc-sampler-rig.js';

const FIELDS = ['cpu_pct', 'mem_pct', 'swap_pct', 'load_avg', 'uptime_seconds'] as const;
type FieldName = (typeof FIELDS)[number];

interface KernelFile {
  readonly file: string;
  /** The fields that come from it. */
  readonly fields: readonly FieldName[];
  /** Its sources in `stale`, and the read interval of each in ms. */
  readonly sources: Readonly<Record<string, number>>;
  /** The start of the reason why it is stale. */
  readonly reason: string;
}

const FILES: readonly KernelFile[] = [
  { file: 'stat', fields: ['cpu_pct'], sources: { cpu: 50, cores: 1_000 }, reason: 'cannot parse stat' },
  {
    file: 'meminfo',
    fields: ['mem_pct', 'swap_pct'],
    sources: { memory: 100, swap: 100 },
    reason: 'cannot parse meminfo',
  },
  {
    file: 'spl/kstat/zfs/arcstats',
    fields: ['mem_pct'],
    sources: { memory: 100 },
    reason: 'cannot parse arcstats',
  },
  { file: 'loadavg', fields: ['load_avg'], sources: { load: 1_000 }, reason: 'cannot parse loadavg' },
  { file: 'uptime', fields: ['uptime_seconds'], sources: { uptime: 1_000 }, reason: 'cannot parse uptime' },
];
/** The delay before a failed collector is retried; the CPU is still read at every tick. */
const RETRY_MS = 1_000;

const FAULTS: readonly [string, (whole: string) => string][] = [
  ['is emptied', () => ''],
  ['is cut off in its first number', (whole) => whole.slice(0, whole.search(/\d/) + 1)],
  ['turns to garbage', () => '\x7fELF\x02\x01 12 kB of no kernel file\n'],
];

/** A ZFS machine whose CPU counters advance before each sample while `stat` is valid. */
class BusyMachine {
  readonly procfs: string;
  readonly sound = new Map<string, string>();
  #isStatSound = true;
  #turns = 0;

  constructor(t: TestContext) {
    this.procfs = copyMachine(t, 'zfs');
    for (const { file } of FILES) this.sound.set(file, readFixture('zfs', file).toString());
  }

  advance(): void {
    if (!this.#isStatSound) return;
    this.#turns++;
    const columns = `${1_000 + this.#turns} 0 0 ${1_000 + 3 * this.#turns} 0 0 0 0 0 0`;
    this.write('stat', `cpu  ${columns}\ncpu0 ${columns}\nintr 0\n`);
  }

  write(file: string, text: string): void {
    writeFileSync(join(this.procfs, file), text);
  }

  spoil(file: string, text: string): void {
    if (file === 'stat') this.#isStatSound = false;
    this.write(file, text);
  }

  mend(file: string): void {
    if (file === 'stat') this.#isStatSound = true;
    this.write(file, this.sound.get(file)!);
  }
}

function createRig(t: TestContext, machine: BusyMachine): ProcSamplerRig {
  const rig = new ProcSamplerRig(t, machine.procfs, { cpuWindowMs: 200 });
  rig.beforeTick = () => machine.advance();
  machine.advance();
  rig.tick();
  return rig;
}

function assertUnknown(rig: ProcSamplerRig, fields: readonly FieldName[], sources: readonly string[]): void {
  const telemetry = rig.telemetry();
  assert.deepEqual(
    FIELDS.filter((field) => telemetry[field] === null),
    fields,
  );
  assert.deepEqual(telemetry.stale ?? [], sources);
}

describe('ProcSampler: a file that goes bad', () => {
  for (const kernelFile of FILES) {
    const { file, fields, sources, reason } = kernelFile;
    const names = Object.keys(sources);
    const quickest = Math.min(...Object.values(sources));
    for (const [what, spoil] of FAULTS) {
      it(`makes only its own values unknown and stale until it is restored: ${file} ${what}`, (t) => {
        const machine = new BusyMachine(t);
        const rig = createRig(t, machine);
        rig.run(1_000);
        assertUnknown(rig, [], []);
        assert.equal(rig.number('read_errors'), 0);
        assert.deepEqual(rig.reasons(), {});

        machine.spoil(file, spoil(machine.sound.get(file)!));
        rig.run(quickest);
        assertUnknown(
          rig,
          fields,
          names.filter((name) => sources[name] === quickest),
        );
        rig.run(2_000 - quickest);
        assertUnknown(rig, fields, names);
        assert.deepEqual(
          rig.telemetry().stale_seconds,
          Object.fromEntries(names.map((source) => [source, 2])),
        );
        assert.deepEqual(Object.keys(rig.reasons()).sort(), [...names].sort());
        for (const each of Object.values(rig.reasons())) assert.equal(each.summary, reason);
        // An error for each source, at each reading.
        const errors = names.map((name) => Math.ceil(2_000 / (name === 'cpu' ? 50 : RETRY_MS)));
        assert.equal(
          rig.number('read_errors'),
          errors.reduce((sum, each) => sum + each),
        );

        machine.mend(file);
        rig.run(2_000);
        assertUnknown(rig, [], []);
        assert.deepEqual(rig.reasons(), {});
      });
    }
  }

  it('loses no CPU ticks: those of the gap are counted when it is restored', (t) => {
    const machine = new BusyMachine(t);
    const rig = createRig(t, machine);
    machine.spoil('stat', '');
    rig.run(500);
    machine.write('stat', 'cpu  1101 0 0 1303 0 0 0 0 0 0\n');
    rig.clock.advance(50);
    rig.tick();
    assert.equal(rig.number('cpu_busy_ticks'), 100);
    assert.equal(rig.number('cpu_total_ticks'), 400);
    assert.equal(rig.number('cpu_anomalies'), 0);
  });
});

describe('ProcSampler: a missing file', () => {
  for (const kernelFile of FILES) {
    const { file } = kernelFile;
    // Without arcstats a machine has no ZFS.
    if (file === 'spl/kstat/zfs/arcstats') continue;
    it(`makes only its own values unknown, and is found within a second once it appears: ${file}`, (t) => {
      const machine = new BusyMachine(t);
      if (file === 'stat') machine.spoil(file, '');
      rmSync(join(machine.procfs, file));
      const rig = createRig(t, machine);
      if (file !== 'stat') rig.run(1_000);
      assert.deepEqual(
        kernelFile.fields.map((field) => rig.telemetry()[field]),
        kernelFile.fields.map(() => null),
      );
      assert.deepEqual(rig.telemetry().stale, Object.keys(kernelFile.sources));
      const path = join(machine.procfs, file);
      for (const { summary, detail } of Object.values(rig.reasons())) {
        assert.equal(summary, `cannot read ${path}`);
        assert.equal(detail, 'ENOENT (no such file or directory)');
      }
      machine.mend(file);
      rig.run(1_250);
      assertUnknown(rig, [], []);
    });
  }

  for (const { file, name, fields, sources } of [
    { file: 'uptime', name: '12.50 25.00', fields: ['uptime_seconds'], sources: ['uptime'] },
    { file: 'loadavg', name: '0.10 0.20 0.30 ', fields: ['load_avg'], sources: ['load'] },
  ] as const) {
    it(`is closed when it vanishes while open, and found when it comes back: ${file}`, async (t) => {
      const machine = new BusyMachine(t);
      rmSync(join(machine.procfs, file));
      const mortal = await createMortalFile(t, join(machine.procfs, file), name);
      const rig = createRig(t, machine);
      rig.run(1_000);
      assertUnknown(rig, [], []);
      await mortal.kill();
      rig.run(1_000);
      assertUnknown(rig, fields, sources);
      assert.equal(rig.telemetry().stale_seconds?.[sources[0]], 1);
      rmSync(join(machine.procfs, file));
      machine.mend(file);
      rig.run(1_000);
      assertUnknown(rig, [], []);
    });
  }
});

import assert from 'node:assert/strict';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { pino } from 'pino';
import { Conditions } from '../../src/conditions.js';
import { ServiceManager } from '../../src/service-manager.js';
import { FakeClock } from '../support/fake-clock.js';
import { temporaryFolder } from '../support/fixtures.js';
import { FrameSource } from '../support/frames.js';
import { until } from '../support/until.js';

/** A program that writes down what it is to tell systemd, a line for each call. */
function setUp(t: TestContext) {
  const folder = temporaryFolder(t);
  const said = join(folder, 'said');
  writeFileSync(said, '');
  const program = join(folder, 'systemd-notify');
  writeFileSync(program, `#!/bin/sh\necho "$*" >> '${said}'\n`);
  chmodSync(program, 0o755);
  const clock = new FakeClock();
  const source = new FrameSource();
  const warnings: string[] = [];
  const conditions = new Conditions(pino({ enabled: false }), () => clock.monoMs());
  const manager = new ServiceManager({
    environment: { PATH: `${folder}:${process.env['PATH']}`, NOTIFY_SOCKET: 'nobody', watchdogMs: 60_000 },
    frames: source.reader(),
    conditions,
    clock,
    warn: (message) => void warnings.push(message),
  });
  t.after(() => manager.stop());
  let count = 0;
  /** Looks, and returns what is said then. */
  const look = () => {
    manager.look();
    count++;
    return until('word to systemd', () => {
      const lines = readFileSync(said, 'utf8').split('\n').slice(0, -1);
      return lines.length === count && lines.at(-1)!;
    });
  };
  const publish = () => source.publish({ numbers: { sampled_mono_ms: clock.monoMs() } });
  return { clock, conditions, look, publish, warnings };
}

test('a service manager hears that it starts until there is a sample, and never again', async (t) => {
  const { clock, look, publish, warnings } = setUp(t);
  assert.equal(await look(), 'STATUS=starting');
  publish();
  assert.equal(await look(), 'READY=1 WATCHDOG=1 STATUS=sampling every 50 ms');
  clock.advance(60_000);
  assert.equal(await look(), 'STATUS=no fresh sample comes');
  publish();
  assert.equal(await look(), 'WATCHDOG=1 STATUS=sampling every 50 ms');
  assert.deepEqual(warnings, []);
});

test('a service manager hears what is wrong rather than that no sample comes', async (t) => {
  const { clock, conditions, look, publish } = setUp(t);
  publish();
  await look();
  clock.advance(60_000);
  conditions.set('sampler', 'the sampler has stopped', 'error');
  assert.equal(await look(), 'STATUS=the sampler has stopped');
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { judgeUnit, SystemdMachine, whyNoMachine } from '../support/systemd-machine.js';
import { until } from '../support/until.js';

const skip = whyNoMachine() ?? false;
/** Sooner than an operator would want it, so that the test is over sooner. */
const HASTY = ['RestartSec=100ms', 'WatchdogSec=2s'];
const CHANGED_PORT = 'Environment=MONITOR_PORT=7312';

describe('the systemd unit', { skip }, () => {
  it('is one that systemd finds nothing against, and exposes the service little', () => {
    const { complaints, exposure } = judgeUnit();
    // The one thing that is not there on a machine where it is not installed.
    assert.match(
      complaints,
      /^(\S+: Command \/usr\/bin\/harborforge-monitor is not executable: No such file or directory\n)?$/,
    );
    assert.ok(exposure <= 2, `${exposure}`);
  });

  it('starts a daemon that is ready when systemd says so, as nobody, with the key that only it can read', async (t) => {
    const machine = await SystemdMachine.boot(t, [
      CHANGED_PORT,
      'Environment=MONITOR_BACKEND_URL=http://127.0.0.1:9',
    ]);
    assert.equal(machine.systemctl('start'), '');
    assert.match(machine.get(7312, '/telemetry'), /^200 /);
    // On a busy machine the second sample may be late.
    await until('the status', () => /^(sampling every|heartbeat)/.test(machine.show('StatusText')));
    assert.equal(machine.show('ActiveState'), 'active');
    const pid = machine.show('MainPID');
    assert.notEqual(machine.run('stat', '-c', '%u', `/proc/${pid}`).trim(), '0');
    assert.match(machine.run('grep', 'CapEff', `/proc/${pid}/status`), /\t0000000000000000\n$/);
    await until('the key to have been read', () => /heartbeats are on/.test(machine.journal));
    assert.doesNotMatch(
      machine.journal + machine.run('systemctl', 'status', 'harborforge-monitor'),
      /the-key/,
    );

    machine.run('systemctl', 'kill', '--signal=USR2', 'harborforge-monitor');
    await until('a dump', () => /dump of the flight recorder written/.test(machine.journal));
    const state = '/var/lib/private/harborforge-monitor';
    const listed = machine.run('sh', '-c', `stat --format='%a %n' ${state} ${state}/* ${state}/.h*`);
    assert.match(
      listed,
      /^700 \S+\n600 \S+\/harborforge-monitor-history-[\dT.]+Z-[\da-f]{16}\.csv\nstat: .* No such file/,
    );
    assert.equal(machine.show('MainPID'), pid);

    assert.equal(machine.systemctl('stop'), '');
    assert.equal(machine.show('Result'), 'success');
    assert.equal(machine.show('ExecMainStatus'), '0');
  });

  it('has it started again when it is killed, or hangs, and not when its configuration is wrong', async (t) => {
    const machine = await SystemdMachine.boot(t, HASTY);
    assert.equal(machine.systemctl('start'), '');
    const first = machine.show('MainPID');
    machine.kill('KILL');
    const isUpAgain = (restarts: string) => () =>
      machine.show('NRestarts') === restarts && machine.show('ActiveState') === 'active';
    await until('it to be up again', isUpAgain('1'));
    assert.notEqual(machine.show('MainPID'), first);

    machine.kill('STOP');
    await until('it to be up again after it hung', isUpAgain('2'));
    assert.match(machine.get(7311, '/telemetry'), /^200 /);

    machine.run('sh', '-c', 'echo MONITOR_PORT=none >/etc/default/harborforge-monitor');
    assert.match(machine.systemctl('restart'), /failed/);
    assert.equal(machine.show('ActiveState'), 'failed');
    assert.equal(machine.show('ExecMainStatus'), '78');
    assert.equal(machine.show('NRestarts'), '0');
    assert.match(machine.journal, /MONITOR_PORT: expected .*, got "none"/);
  });
});

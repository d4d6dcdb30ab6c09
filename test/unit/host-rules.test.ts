import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { HostLook } from '../../src/host-look.js';
import { type HostSettings, judgeHost } from '../../src/host-rules.js';

const PROCFS = { problem: null, masked: [] };
const ROOTFS = { problem: null, hostname: 'vps.t1', isOnOwnRoot: false };
const SILENT = { silent: 'which gives no answer' };

/** A machine, its own trees, and nothing set. */
const MACHINE: HostLook = {
  hostname: 'machine',
  isHostnameOfMachine: true,
  isRootOverlay: false,
  procfs: null,
  rootfs: null,
};
/** The same in a container. */
const CONTAINER: HostLook = {
  ...MACHINE,
  hostname: 'c0ffee123456',
  isHostnameOfMachine: false,
  isRootOverlay: true,
};
const UNSET: HostSettings = {
  procfs: { path: '/proc', name: 'MONITOR_PROCFS', isGiven: false },
  rootfs: { path: '/', name: 'MONITOR_ROOTFS', isGiven: false },
  isDiskPathGiven: false,
  isIdentifierGiven: false,
};
const GIVEN_PROCFS = { path: '/host/proc', name: 'MONITOR_PROCFS', isGiven: true };
const GIVEN_ROOTFS = { path: '/host/root', name: '--rootfs', isGiven: true };
const GIVEN: HostSettings = { ...UNSET, procfs: GIVEN_PROCFS, rootfs: GIVEN_ROOTFS };

/** The setting names in the problems and warnings. */
function said(host: HostLook, settings: HostSettings) {
  const { problems, warnings } = judgeHost(host, settings);
  const namesOf = (lines: readonly string[]) => lines.map((line) => line.split(':')[0]);
  return { problems: namesOf(problems), warnings: namesOf(warnings) };
}

const NOTHING = { problems: [], warnings: [] };

describe('problems and warnings', () => {
  it('none on a machine with nothing set', () => assert.deepEqual(said(MACHINE, UNSET), NOTHING));

  it('none in a container with both trees, even on an overlay', () => {
    assert.deepEqual(said({ ...CONTAINER, procfs: PROCFS, rootfs: ROOTFS }, GIVEN), NOTHING);
  });

  it('none on a rented machine that is a container with its own name and disk', () => {
    const host = { ...MACHINE, isHostnameOfMachine: false };
    assert.deepEqual(said(host, UNSET), NOTHING);
    assert.equal(judgeHost(host, UNSET).hostname, 'machine');
  });

  it('an overlay at the disk path is a problem, unless the path is given', () => {
    const host = { ...MACHINE, isRootOverlay: true };
    assert.deepEqual(said(host, UNSET), { problems: ['MONITOR_DISK_PATH'], warnings: [] });
    assert.deepEqual(said(host, { ...UNSET, isDiskPathGiven: true }), NOTHING);
  });

  it("a rootfs on the container's own overlay is a problem, unless the disk path is given", () => {
    const host = { ...CONTAINER, procfs: PROCFS, rootfs: { ...ROOTFS, isOnOwnRoot: true } };
    assert.deepEqual(said(host, GIVEN), { problems: ['--rootfs'], warnings: [] });
    assert.deepEqual(said(host, { ...GIVEN, isDiskPathGiven: true }), NOTHING);
    assert.deepEqual(said({ ...host, isRootOverlay: false }, GIVEN), NOTHING);
  });

  it('one tree without the other is a warning', () => {
    assert.deepEqual(said({ ...MACHINE, procfs: PROCFS }, { ...UNSET, procfs: GIVEN_PROCFS }), {
      problems: [],
      warnings: ['MONITOR_ROOTFS'],
    });
    const rootOnly = { ...UNSET, rootfs: GIVEN_ROOTFS };
    assert.deepEqual(said({ ...MACHINE, procfs: PROCFS, rootfs: ROOTFS }, rootOnly), {
      problems: [],
      warnings: ['MONITOR_PROCFS'],
    });
  });

  it('none for a tree explicitly set to its default', () => {
    const settings = { ...GIVEN, procfs: { ...UNSET.procfs, isGiven: true } };
    assert.deepEqual(said({ ...MACHINE, procfs: PROCFS, rootfs: ROOTFS }, settings), NOTHING);
  });

  it('a procfs masked by the container is a problem if it was not set, a warning if it was', () => {
    const host = { ...CONTAINER, procfs: { ...PROCFS, masked: ['meminfo', 'uptime'] }, rootfs: ROOTFS };
    assert.deepEqual(said(host, GIVEN), { problems: [], warnings: ['MONITOR_PROCFS'] });
    const { problems } = judgeHost(host, { ...UNSET, rootfs: GIVEN_ROOTFS });
    assert.equal(problems.length, 1);
    assert.match(
      problems[0] ?? '',
      /^MONITOR_PROCFS: .* over meminfo, uptime: set it, since --rootfs is set$/,
    );
  });

  it('a wrong tree is a problem, with the name of its setting and the reason', () => {
    const rootfs = { ...ROOTFS, problem: 'which is not there' };
    assert.deepEqual(judgeHost({ ...CONTAINER, procfs: PROCFS, rootfs }, GIVEN).problems, [
      `--rootfs: expected the host's root file system, got "/host/root", which is not there`,
    ]);
  });

  it('none for a tree that hangs: it is listed as unanswered', () => {
    const host = { ...MACHINE, procfs: SILENT, rootfs: SILENT };
    const { unanswered, problems, warnings } = judgeHost(host, GIVEN);
    assert.deepEqual(unanswered, [
      {
        setting: 'procfs',
        text: `MONITOR_PROCFS: expected the host's proc file system, got "/host/proc", which gives no answer`,
      },
      {
        setting: 'rootfs',
        text: `--rootfs: expected the host's root file system, got "/host/root", which gives no answer`,
      },
    ]);
    assert.deepEqual([problems, warnings], [[], []]);
  });
});

describe('the host name', () => {
  const inside: HostLook = { ...CONTAINER, procfs: PROCFS, rootfs: ROOTFS };
  const named = (host: HostLook, settings: HostSettings) => {
    const { hostname, hostnameOrigin } = judgeHost(host, settings);
    return [hostname, hostnameOrigin];
  };

  it('comes from the kernel if that has the name of the machine, in a container or not', () => {
    assert.deepEqual(named(MACHINE, UNSET), ['machine', 'host name']);
    assert.deepEqual(named({ ...inside, hostname: 'machine', isHostnameOfMachine: true }, GIVEN), [
      'machine',
      'host name',
    ]);
  });

  it('comes from the root of the host in a container', () => {
    assert.deepEqual(named(inside, GIVEN), ['vps.t1', '/host/root/etc/hostname']);
  });

  it('must be given if the root has none', () => {
    const host = { ...inside, rootfs: { ...ROOTFS, hostname: null } };
    assert.deepEqual(said(host, GIVEN).problems, ['MONITOR_IDENTIFIER']);
    assert.deepEqual(said(host, { ...GIVEN, isIdentifierGiven: true }).problems, []);
  });

  it('is unknown if the root hangs, which is no problem of the settings', () => {
    const host = { ...inside, rootfs: SILENT };
    const judged = judgeHost(host, GIVEN);
    assert.deepEqual([judged.hostname, judged.problems], [null, []]);
    assert.deepEqual(
      judged.unanswered.map(({ setting }) => setting),
      ['rootfs', 'identifier'],
    );
    const { hostname, unanswered } = judgeHost(host, { ...GIVEN, isIdentifierGiven: true });
    assert.notEqual(hostname, null);
    assert.equal(unanswered.length, 1);
  });

  it('is a warning if it can only be that of a container, unless it is given', () => {
    const asked = { ...UNSET, isDiskPathGiven: true };
    assert.deepEqual(said(CONTAINER, asked).warnings, ['MONITOR_IDENTIFIER']);
    assert.deepEqual(said({ ...CONTAINER, isRootOverlay: false }, UNSET).warnings, ['MONITOR_IDENTIFIER']);
    assert.deepEqual(said({ ...CONTAINER, hostname: 'web' }, asked).warnings, ['MONITOR_IDENTIFIER']);
    assert.deepEqual(said(CONTAINER, { ...asked, isIdentifierGiven: true }), NOTHING);
  });
});

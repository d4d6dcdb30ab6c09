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

/** The settings' names of the problems and warnings. */
function said(host: HostLook, settings: HostSettings) {
  const { problems, warnings } = judgeHost(host, settings);
  const namesOf = (lines: readonly string[]) => lines.map((line) => line.split(':')[0]);
  return { problems: namesOf(problems), warnings: namesOf(warnings) };
}

const NOTHING = { problems: [], warnings: [] };

describe('what is refused and what is warned of', () => {
  it('is nothing on a machine with nothing set', () => assert.deepEqual(said(MACHINE, UNSET), NOTHING));

  it('is nothing in a container with both trees, be the root of the host an overlay or not', () => {
    assert.deepEqual(said({ ...CONTAINER, procfs: PROCFS, rootfs: ROOTFS }, GIVEN), NOTHING);
  });

  it('is nothing on a rented machine that is a container with a name and a disk of its own', () => {
    const host = { ...MACHINE, isHostnameOfMachine: false };
    assert.deepEqual(said(host, UNSET), NOTHING);
    assert.equal(judgeHost(host, UNSET).hostname, 'machine');
  });

  it('is an overlay at the disk path, unless the path is given', () => {
    const host = { ...MACHINE, isRootOverlay: true };
    assert.deepEqual(said(host, UNSET), { problems: ['MONITOR_DISK_PATH'], warnings: [] });
    assert.deepEqual(said(host, { ...UNSET, isDiskPathGiven: true }), NOTHING);
  });

  it("is a folder of the container's own overlay for the root, unless the disk path is given", () => {
    const host = { ...CONTAINER, procfs: PROCFS, rootfs: { ...ROOTFS, isOnOwnRoot: true } };
    assert.deepEqual(said(host, GIVEN), { problems: ['--rootfs'], warnings: [] });
    assert.deepEqual(said(host, { ...GIVEN, isDiskPathGiven: true }), NOTHING);
    assert.deepEqual(said({ ...host, isRootOverlay: false }, GIVEN), NOTHING);
  });

  it('is one tree without the other: said, but not refused', () => {
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

  it('is not a tree that was set to what it is by default', () => {
    const settings = { ...GIVEN, procfs: { ...UNSET.procfs, isGiven: true } };
    assert.deepEqual(said({ ...MACHINE, procfs: PROCFS, rootfs: ROOTFS }, settings), NOTHING);
  });

  it("is a procfs with a container's files in it: refused where it was forgotten, warned of where it was given", () => {
    const host = { ...CONTAINER, procfs: { ...PROCFS, masked: ['meminfo', 'uptime'] }, rootfs: ROOTFS };
    assert.deepEqual(said(host, GIVEN), { problems: [], warnings: ['MONITOR_PROCFS'] });
    const { problems } = judgeHost(host, { ...UNSET, rootfs: GIVEN_ROOTFS });
    assert.equal(problems.length, 1);
    assert.match(
      problems[0] ?? '',
      /^MONITOR_PROCFS: .* over meminfo, uptime: set it, since --rootfs is set$/,
    );
  });

  it('is a tree that is something else, by the name that it was given by, and what it is not', () => {
    const rootfs = { ...ROOTFS, problem: 'which is not there' };
    assert.deepEqual(judgeHost({ ...CONTAINER, procfs: PROCFS, rootfs }, GIVEN).problems, [
      `--rootfs: expected the host's root file system, got "/host/root", which is not there`,
    ]);
  });

  it('is not a tree that gives no answer: that is said, and waited for', () => {
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

describe('what the host is called', () => {
  const inside: HostLook = { ...CONTAINER, procfs: PROCFS, rootfs: ROOTFS };
  const named = (host: HostLook, settings: HostSettings) => {
    const { hostname, hostnameOrigin } = judgeHost(host, settings);
    return [hostname, hostnameOrigin];
  };

  it('is what the kernel says where it is the name of the machine, container or not', () => {
    assert.deepEqual(named(MACHINE, UNSET), ['machine', 'host name']);
    assert.deepEqual(named({ ...inside, hostname: 'machine', isHostnameOfMachine: true }, GIVEN), [
      'machine',
      'host name',
    ]);
  });

  it('is in a container what the root of the host says', () => {
    assert.deepEqual(named(inside, GIVEN), ['vps.t1', '/host/root/etc/hostname']);
  });

  it('has to be given where that says nothing', () => {
    const host = { ...inside, rootfs: { ...ROOTFS, hostname: null } };
    assert.deepEqual(said(host, GIVEN).problems, ['MONITOR_IDENTIFIER']);
    assert.deepEqual(said(host, { ...GIVEN, isIdentifierGiven: true }).problems, []);
  });

  it('is not known where that gives no answer, which is no problem of the settings', () => {
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

  it("is warned of where it can only be a container's, unless it is given", () => {
    const asked = { ...UNSET, isDiskPathGiven: true };
    assert.deepEqual(said(CONTAINER, asked).warnings, ['MONITOR_IDENTIFIER']);
    assert.deepEqual(said({ ...CONTAINER, isRootOverlay: false }, UNSET).warnings, ['MONITOR_IDENTIFIER']);
    assert.deepEqual(said({ ...CONTAINER, hostname: 'web' }, asked).warnings, ['MONITOR_IDENTIFIER']);
    assert.deepEqual(said(CONTAINER, { ...asked, isIdentifierGiven: true }), NOTHING);
  });
});

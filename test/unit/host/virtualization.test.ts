import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { readVirtualization } from '../../../workers/host/virtualization.js';
import { temporaryFolder } from '../../support/fixtures.js';

function sysfs(t: TestContext, firmware: readonly [string, string] | null, clocks = 'tsc hpet'): string {
  const folder = temporaryFolder(t);
  const clockFolder = join(folder, 'devices/system/clocksource/clocksource0');
  mkdirSync(clockFolder, { recursive: true });
  writeFileSync(join(clockFolder, 'available_clocksource'), `${clocks} \n`);
  if (firmware === null) return folder;
  const dmi = join(folder, 'class/dmi/id');
  mkdirSync(dmi, { recursive: true });
  writeFileSync(join(dmi, 'sys_vendor'), `${firmware[0]}\n`);
  writeFileSync(join(dmi, 'product_name'), `${firmware[1]}\n`);
  return folder;
}

describe('readVirtualization', () => {
  for (const [vendor, product, expected] of [
    ['VMware, Inc.', 'VMware7,1', 'VMware'],
    ['innotek GmbH', 'VirtualBox', 'VirtualBox'],
    ['Xen', 'HVM domU', 'Xen'],
    ['QEMU', 'Standard PC (Q35 + ICH9, 2009)', 'QEMU'],
    ['Red Hat', 'KVM', 'KVM'],
    ['Microsoft Corporation', 'Virtual Machine', 'Hyper-V'],
    ['Microsoft Corporation', 'Surface Laptop', 'none'],
    ['Amazon EC2', 'm6g.large', 'KVM'],
    ['Amazon EC2', 'm6g.metal', 'none'],
    ['Dell Inc.', 'PowerEdge R650', 'none'],
  ] as const) {
    it(`of ${vendor}, ${product} is ${expected}`, (t) => {
      assert.equal(readVirtualization(sysfs(t, [vendor, product]), null), expected);
    });
  }

  it('is found by the clock sources if there is no firmware', (t) => {
    assert.equal(readVirtualization(sysfs(t, null, 'tsc kvm-clock'), true), 'KVM');
    assert.equal(readVirtualization(sysfs(t, null, 'hyperv_clocksource_tsc_page'), true), 'Hyper-V');
    assert.equal(readVirtualization(sysfs(t, null, 'xen tsc'), null), 'Xen');
  });

  it('is yes or none by the hypervisor flag of the CPU without a name, and unknown without a flag', (t) => {
    assert.equal(readVirtualization(sysfs(t, null), true), 'yes');
    assert.equal(readVirtualization(sysfs(t, ['Dell Inc.', 'PowerEdge R650']), true), 'yes');
    assert.equal(readVirtualization(sysfs(t, null), false), 'none');
    assert.equal(readVirtualization(sysfs(t, null), null), '');
    assert.equal(readVirtualization(join(temporaryFolder(t), 'none'), null), '');
  });
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Patterns for the firmware of virtual machines, matched against vendor and product on one line each. The first match counts. */
const BY_FIRMWARE: readonly (readonly [RegExp, string])[] = [
  [/^VMware/im, 'VMware'],
  [/^(VirtualBox|innotek GmbH)$/im, 'VirtualBox'],
  [/^(Xen|HVM domU)$/im, 'Xen'],
  [/^KVM$/im, 'KVM'],
  [/^QEMU$/im, 'QEMU'],
  [/^Bochs$/im, 'bochs'],
  [/^Microsoft Corporation\nVirtual Machine$/im, 'Hyper-V'],
  [/^Amazon EC2\n(?!.*\.metal)/im, 'KVM'],
];
/** Clock sources that only guests of a hypervisor have. */
const BY_CLOCK: readonly (readonly [RegExp, string])[] = [
  [/^kvm-clock$/m, 'KVM'],
  [/^hyperv_/m, 'Hyper-V'],
  [/^xen$/m, 'Xen'],
];

/**
 * Detects the hypervisor that the kernel runs on from the files in `sysfs`. Returns `yes` if it cannot be identified, `none` if there is
 * none, and an empty text if nothing is known. `hasHypervisor`: what the CPU reports; null: unknown. Thread: inventory. Throws nothing.
 * @see https://docs.kernel.org/ABI/testing/sysfs-class-dmi
 */
export function readVirtualization(sysfs: string, hasHypervisor: boolean | null): string {
  const firmware = ['sys_vendor', 'product_name'].map((name) => readLine(join(sysfs, 'class/dmi/id', name)));
  const clocks = readLine(join(sysfs, 'devices/system/clocksource/clocksource0/available_clocksource'));
  const name =
    findName(BY_FIRMWARE, firmware.join('\n')) ?? findName(BY_CLOCK, clocks.split(/\s+/).join('\n'));
  if (name !== undefined) return name;
  if (hasHypervisor === null && firmware.join('') === '') return '';
  return hasHypervisor === true ? 'yes' : 'none';
}

function findName(table: readonly (readonly [RegExp, string])[], text: string): string | undefined {
  return table.find(([pattern]) => pattern.test(text))?.[1];
}

/** Returns an empty text if the file cannot be read. */
function readLine(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return '';
  }
}

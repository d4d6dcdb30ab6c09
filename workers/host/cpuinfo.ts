/** Of the processors that a kernel tells of: how many, and what the first is called; 0 and empty where that is not told. */
export interface CpuInfo {
  readonly model: string;
  readonly cores: number;
  /** Whether a hypervisor is below the kernel, as it tells who asks; null: such a CPU has no flag for that. */
  readonly isGuest: boolean | null;
}

/**
 * Parses the text of `/proc/cpuinfo`, as x86 kernels write it. Throws nothing.
 * @see https://docs.kernel.org/filesystems/proc.html (1.2)
 */
export function parseCpuInfo(text: string): CpuInfo {
  const [, model = ''] = /^model name\s*: *(.*)$/m.exec(text) ?? [];
  const [, flags] = /^flags\s*:(.*)$/m.exec(text) ?? [];
  return {
    model: model.trim(),
    cores: text.match(/^processor\s*:/gm)?.length ?? 0,
    isGuest: flags === undefined ? null : /\bhypervisor\b/.test(flags),
  };
}

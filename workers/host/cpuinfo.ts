/** The CPUs that the kernel lists: the model name of the first (empty: unknown) and their number (0: unknown). */
export interface CpuInfo {
  readonly model: string;
  readonly cores: number;
  /** Whether the CPU reports a hypervisor; null: the file lists no CPU flags. */
  readonly isGuest: boolean | null;
}

/**
 * Parses the text of `/proc/cpuinfo` in its x86 format. Throws nothing.
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

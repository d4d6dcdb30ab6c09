import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

const LOOK_MS = 20;

/** The used part of the global `WebAssembly`, which neither the ES nor the Node types declare. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => object;
};

/**
 * A WebAssembly module that does nothing but call WASI's `proc_exit(code)`:
 * `(import "wasi_snapshot_preview1" "proc_exit" (func (param i32))) (memory (export "memory") 1) (func (export "_start") i32.const code call 0)`
 */
function exitModule(code: number): Uint8Array<ArrayBuffer> {
  const text = (name: string) => [name.length, ...Buffer.from(name, 'latin1')];
  const section = (id: number, bytes: number[]) => [id, bytes.length, ...bytes];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, [2, 0x60, 1, 0x7f, 0, 0x60, 0, 0]),
    ...section(2, [1, ...text('wasi_snapshot_preview1'), ...text('proc_exit'), 0, 0]),
    ...section(3, [1, 1]),
    ...section(5, [1, 0, 1]),
    ...section(7, [2, ...text('memory'), 2, 0, ...text('_start'), 0, 1]),
    // i32.const takes signed LEB128: one byte up to 63, two up to 8191.
    ...section(10, [1, 7, 0, 0x41, 0x80 | (code & 0x7f), code >> 7, 0x10, 0, 0x0b]),
  ]);
}

/** The states and context switch counts of the other threads of this process; null: one runs or is runnable, or has just ended. */
function othersAtRest(): string | null {
  try {
    const others = readdirSync('/proc/self/task').filter((tid) => tid !== String(process.pid));
    const told = others.map((tid) => {
      const status = readFileSync(`/proc/self/task/${tid}/status`, 'latin1');
      return status.match(/^(State:\t.|.*ctxt_switches:\t\d+)/gm)?.join();
    });
    return told.some((each) => each?.startsWith('State:\tR')) ? null : told.join();
  } catch {
    // A thread has just ended.
    return null;
  }
}

/** Waits until no other thread runs, at most until `untilMs`: exit(3) destroys what a running thread uses, and would crash the process. */
async function othersRest(untilMs: number): Promise<void> {
  let before: string | null = null;
  while (performance.now() < untilMs) {
    const now = othersAtRest();
    if (now !== null && now === before) return;
    before = now;
    await delay(LOOK_MS);
  }
}

/**
 * Ends the process at once even if a thread hangs in the kernel (statfs on a dead mount). `process.exit` would wait for all threads,
 * forever. WASI's proc_exit calls exit(3) of the C library, which does not wait. `code` is 0 to 255. Threads that still run have until
 * `untilMs`, in `performance.now()` time, to come to rest. Thread: main.
 */
export async function exitWithHungThread(code: number, untilMs: number): Promise<never> {
  // Loading WASI emits an experimental feature warning, which is only noise when the daemon exits.
  process.emitWarning = () => {};
  const { WASI } = await import('node:wasi');
  await othersRest(untilMs);
  const wasi = new WASI({ version: 'preview1', returnOnExit: false });
  const instance = new WebAssembly.Instance(new WebAssembly.Module(exitModule(code)), {
    wasi_snapshot_preview1: wasi.wasiImport,
  });
  wasi.start(instance);
  // Not reached, unless a later Node changes what `returnOnExit` means.
  process.kill(process.pid, 'SIGKILL');
  throw new Error('still here');
}

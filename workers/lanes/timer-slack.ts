import { readlinkSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';

/**
 * Takes the calling thread's timer slack away: by default the kernel wakes a sleeper up to 50 µs late, so that it may wake several at
 * once, which is as much again as the rest of a tick's lateness. Where it can't be had (a read-only `/proc`) ticks are that much later.
 * Thread: the lane's.
 * @see https://man7.org/linux/man-pages/man5/proc_pid_timerslack_ns.5.html
 */
export function dropTimerSlack(): void {
  try {
    const threadId = basename(readlinkSync('/proc/thread-self'));
    writeFileSync(`/proc/${threadId}/timerslack_ns`, '1');
  } catch {
    // Nothing but the lateness differs.
  }
}

import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { until } from './until.js';

/** What listens: Node makes no sockets of this kind, and every Debian has a Perl. */
const LISTEN = `
use strict; use Socket; $| = 1;
socket(my $socket, AF_UNIX, SOCK_DGRAM, 0) or die "socket: $!";
bind($socket, sockaddr_un($ARGV[0])) or die "bind: $!";
my $message;
while (defined recv($socket, $message, 65536, 0)) { $message =~ s/\\n/\\t/g; print "$message\\n"; }
`;

/** The socket on which a service manager hears of its services, and what it heard: the words of each message. */
export class NotifySocket {
  readonly messages: string[][] = [];
  /** When each ping came, as `performance.now()` has it. */
  readonly pingsMs: number[] = [];
  readonly #child: ChildProcess;

  private constructor(path: string) {
    this.#child = spawn('perl', ['-e', LISTEN, path], { stdio: ['ignore', 'pipe', 'inherit'] });
    createInterface({ input: this.#child.stdout! }).on('line', (line) => {
      // systemd-notify asks with this whether it was heard.
      if (line === 'BARRIER=1') return;
      const words = line.split('\t');
      this.messages.push(words);
      if (words.includes('WATCHDOG=1')) this.pingsMs.push(performance.now());
    });
  }

  /** Begins to listen at `path`. */
  static async listen(path: string): Promise<NotifySocket> {
    const socket = new NotifySocket(path);
    await until('the socket to be there', () => existsSync(path));
    return socket;
  }

  /** The first message, from number `from` on, that has a word that `wanted` matches. */
  message(wanted: RegExp, from = 0): Promise<string[]> {
    return until(`the service manager to hear ${wanted}`, () => {
      const found = this.messages.slice(from).find((words) => words.some((word) => wanted.test(word)));
      return found ?? null;
    });
  }

  /** The longest time between two pings so far, ms. */
  get longestGapMs(): number {
    return Math.max(0, ...this.pingsMs.slice(1).map((atMs, index) => atMs - this.pingsMs[index]!));
  }

  close(): void {
    this.#child.kill('SIGKILL');
  }
}

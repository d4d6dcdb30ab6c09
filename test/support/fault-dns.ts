import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withMounts } from './fault-namespace.js';
import { type Scope, temporaryFolder } from './fixtures.js';

/** What the server says: where the name is (on 127.0.0.1), that there is no such name, that it can't tell; or it says nothing. */
export type DnsMood = 'answers' | 'knows no name' | 'fails' | 'is silent';

/** A DNS server of the test's own. */
export interface DnsServer {
  /** A command behind which a process asks this server and no other. */
  readonly wrapper: readonly string[];
  /** Questions that came so far. */
  readonly questions: number;
  become(mood: DnsMood): void;
}

const RCODE: Record<Exclude<DnsMood, 'is silent'>, number> = { answers: 0, fails: 2, 'knows no name': 3 };
const TYPE_A = 1;

/** How many were started here. */
let servers = 0;

/** Starts one on a loopback address of its own (the port is the one that the C library asks, 53); it ends with the test. */
export async function startDns(t: Scope, mood: DnsMood): Promise<DnsServer> {
  const socket = createSocket('udp4');
  let questions = 0;
  let now = mood;
  socket.on('message', (question, from) => {
    questions++;
    if (now !== 'is silent') socket.send(answerTo(question, RCODE[now]), from.port, from.address);
  });
  // 127.0.0.0/8 is all this machine: each server of this process and of any other has an address of its own.
  const address = `127.${64 + ((process.pid >> 8) % 128)}.${process.pid % 256}.${++servers}`;
  socket.bind(53, address);
  await once(socket, 'listening');
  t.after(() => {
    socket.close();
  });
  const folder = temporaryFolder(t);
  const resolver = join(folder, 'resolv.conf');
  const order = join(folder, 'nsswitch.conf');
  writeFileSync(resolver, `nameserver ${address}\n`);
  writeFileSync(order, 'hosts: files dns\n');
  return {
    wrapper: withMounts([
      { source: resolver, target: '/etc/resolv.conf' },
      { source: order, target: '/etc/nsswitch.conf' },
    ]),
    get questions() {
      return questions;
    },
    become: (next) => {
      now = next;
    },
  };
}

/** The answer to a question of one name: an address for one of type A, none for the others. */
function answerTo(question: Buffer, rcode: number): Buffer {
  const end = question.indexOf(0, 12) + 5;
  const asked = question.subarray(12, end);
  const hasAddress = rcode === 0 && question.readUInt16BE(end - 4) === TYPE_A;
  const head = Buffer.alloc(12);
  question.copy(head, 0, 0, 2);
  head.writeUInt16BE(0x8180 | rcode, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(hasAddress ? 1 : 0, 6);
  // The name once more (a pointer to it), type A, class IN, good for no time, four bytes.
  const address = Buffer.from([0xc0, 12, 0, TYPE_A, 0, 1, 0, 0, 0, 0, 0, 4, 127, 0, 0, 1]);
  return Buffer.concat([head, asked, ...(hasAddress ? [address] : [])]);
}

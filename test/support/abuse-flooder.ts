import { connect, type Socket } from 'node:net';

/**
 * Opens connections, as a process of its own so that it takes nobody else's turn: `node abuse-flooder.js <port or path> <count>
 * hold|again|push`. It says nothing over them, or with `again` asks over every other one, and opens a new one for each that is cut; with
 * `push` it posts bodies that are expensive to read over each, without a pause. It writes a line whenever it has opened that many more, and
 * ends when its input does.
 */
const [, , where = '', count = '', mode] = process.argv;
const REOPEN_AFTER_MS = 50;
const total = Number(count);
let opened = 0;

/** What takes JSON parsers longest: nested arrays, and objects of many different keys. */
const PUSHES = ['['.repeat(65_536), `{${Array.from({ length: 6_500 }, (_, i) => `"k${i}":1`).join()}}`].map(
  (body) =>
    `POST /openclaw HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
);

function open(): void {
  const port = Number(where);
  const socket: Socket = Number.isNaN(port) ? connect(where) : connect({ port, host: '127.0.0.1' });
  socket.on('error', () => {});
  socket.resume();
  socket.on('connect', () => {
    opened++;
    if (opened % total === 0) process.stdout.write(`${opened}\n`);
    if (mode === 'again' && opened % 2 === 0)
      socket.write('GET /telemetry HTTP/1.1\r\nhost: localhost\r\n\r\n');
    if (mode === 'push') {
      const body = PUSHES[opened % PUSHES.length]!;
      socket.write(body);
      socket.on('data', () => socket.write(body));
    }
  });
  socket.on('close', () => {
    if (mode === 'again') setTimeout(open, REOPEN_AFTER_MS);
  });
}

for (let i = 0; i < total; i++) open();
process.stdin.resume();
process.stdin.on('end', () => process.exit());

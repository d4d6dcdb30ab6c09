/** Holds memory that it has written to, as a process of its own: `memory-holder.js MEBIBYTES`. Says when it does; ends when its input does. */
const MEBIBYTE = 1_048_576;

const blocks = Array.from({ length: Number(process.argv[2]) }, () =>
  Buffer.allocUnsafeSlow(MEBIBYTE).fill(1),
);
process.stdout.write(`holding ${blocks.length}\n`);
process.stdin.resume().on('end', () => process.exit(0));

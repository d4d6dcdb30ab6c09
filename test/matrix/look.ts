/**
 * Run by each Node in turn: starts the daemon and tells in a line of JSON what serves its bridge (see `Look`).
 */
import { DaemonProcess } from '../support/daemon-process.js';

/** What a Node runs with. */
export interface Look {
  readonly node: string;
  readonly glibc: string;
  readonly transport: string;
}

const daemon = new DaemonProcess({});
const { transport } = await daemon.line(({ msg }) => msg === 'bridge listening');
await daemon.stop();
const { header } = process.report.getReport() as unknown as { header: { glibcVersionRuntime?: string } };
const look: Look = {
  node: process.versions.node,
  glibc: header.glibcVersionRuntime ?? 'none',
  transport: String(transport),
};
process.stdout.write(`${JSON.stringify(look)}\n`);

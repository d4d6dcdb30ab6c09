import { freePort } from '../../../test/support/free-port.js';
import type { Running, Start } from '../peer.js';
import { startProgram } from './start.js';

const FOUR_COLLECTORS = ['cpu', 'meminfo', 'filesystem', 'loadavg'];
const SIX_PLUGINS = 'cpu,mem,memswap,fs,load,uptime';

/** node_exporter, which samples when it is asked. */
export async function startNodeExporter(which: 'four' | 'default', { folder }: Start): Promise<Running> {
  const address = `127.0.0.1:${await freePort()}`;
  const collectors =
    which === 'four'
      ? ['--collector.disable-defaults', ...FOUR_COLLECTORS.map((name) => `--collector.${name}`)]
      : [];
  const command = [
    'prometheus-node-exporter',
    ...collectors,
    '--web.disable-exporter-metrics',
    // Else it refuses a good part of 64 requests at once.
    '--web.max-requests=0',
    `--web.listen-address=${address}`,
  ] as const;
  return startProgram([...command], { folder, url: `http://${address}/metrics` });
}

/** glances as a web server, which samples when it is asked: with a cache time of 0 at each request. */
export async function startGlances({ folder }: Start): Promise<Running> {
  const port = await freePort();
  const flags =
    '-w -B 127.0.0.1 --disable-check-update --disable-webui --disable-autodiscover --cached-time 0 --disable-plugin all';
  const command = ['--enable-plugin', SIX_PLUGINS, '-p', String(port)];
  return startProgram(['glances', ...flags.split(' '), ...command], {
    folder,
    url: `http://127.0.0.1:${port}/api/3/all`,
  });
}

import type { PeerId } from './figures.js';
import type { Peer } from './peer.js';
import { startBareNode } from './programs/bare-node.js';
import { startCollectd } from './programs/collectd.js';
import { startFloor } from './programs/floor.js';
import { startHotTick, startLoop, startMonitor } from './programs/monitor.js';
import { startNetdata } from './programs/netdata.js';
import { startNginx } from './programs/nginx.js';
import { startNodeHttp } from './programs/node-http.js';
import { startGlances, startNodeExporter } from './programs/scraped.js';
import { startTelegraf } from './programs/telegraf.js';

/** All peers, with what each needs. */
export const PEERS: Readonly<Record<PeerId, Omit<Peer, 'id'>>> = {
  monitor: {
    name: 'Monitor',
    project: 'Monitor',
    program: null,
    packages: [],
    start: (start) => (start.hz === null ? startHotTick() : startMonitor(start)),
  },
  floor: {
    name: 'C sampler',
    project: 'cc',
    program: ['cc', '--version'],
    packages: ['gcc', 'libc6-dev'],
    start: startFloor,
  },
  node_wait: {
    name: 'Node, asleep alone',
    project: 'Node',
    program: null,
    packages: [],
    start: (start) => startBareNode('wait', start),
  },
  node_read: {
    name: 'Node, one bare read',
    project: 'Node',
    program: null,
    packages: [],
    start: (start) => startBareNode('read', start),
  },
  collectd: {
    name: 'collectd',
    project: 'collectd',
    program: ['collectd', '-h'],
    packages: ['collectd-core'],
    start: startCollectd,
  },
  node_exporter: {
    name: 'node_exporter, 4 collectors',
    project: 'node_exporter',
    program: ['prometheus-node-exporter', '--version'],
    packages: ['prometheus-node-exporter'],
    start: (start) => startNodeExporter('four', start),
  },
  node_exporter_default: {
    name: 'node_exporter, default',
    project: 'node_exporter',
    program: ['prometheus-node-exporter', '--version'],
    packages: ['prometheus-node-exporter'],
    start: (start) => startNodeExporter('default', start),
  },
  netdata: {
    name: 'netdata, trimmed',
    project: 'netdata',
    program: ['netdata', '-v'],
    packages: ['netdata-core'],
    start: startNetdata,
  },
  telegraf: {
    name: 'telegraf',
    project: 'telegraf',
    program: ['telegraf', '--version'],
    packages: ['telegraf'],
    start: startTelegraf,
  },
  glances: {
    name: 'glances web, 6 plugins',
    project: 'glances',
    program: ['glances', '-V'],
    packages: ['glances', 'python3-bottle'],
    start: startGlances,
  },
  os: {
    name: 'node:os and statfs',
    project: 'Node',
    program: null,
    packages: [],
    start: ({ hz }) => startLoop('os', hz),
  },
  systeminformation: {
    name: 'systeminformation',
    project: 'systeminformation',
    program: null,
    packages: [],
    start: ({ hz }) => startLoop('systeminformation', hz),
  },
  nginx_static: {
    name: 'nginx, static file',
    project: 'nginx',
    program: ['nginx', '-v'],
    packages: ['nginx-light'],
    start: (start) => startNginx('static', start),
  },
  nginx_sendfile: {
    name: 'nginx, static, sendfile',
    project: 'nginx',
    program: ['nginx', '-v'],
    packages: ['nginx-light'],
    start: (start) => startNginx('sendfile', start),
  },
  nginx_return: {
    name: 'nginx, return 200',
    project: 'nginx',
    program: ['nginx', '-v'],
    packages: ['nginx-light'],
    start: (start) => startNginx('return', start),
  },
  node_http: {
    name: 'node:http, constant',
    project: 'Node',
    program: null,
    packages: [],
    start: startNodeHttp,
  },
};

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../../test/support/free-port.js';
import type { Running, Start } from '../peer.js';
import { startProgram } from './start.js';

/** What is switched off, by section: everything but the CPU, memory, load, uptime and the space on the root file system. */
const OFF: Readonly<Record<string, readonly string[]>> = {
  plugins: [
    'timex',
    'idlejitter',
    'netdata monitoring',
    'netdata monitoring extended',
    'tc',
    'cgroups',
    'checks',
    'statsd',
    'slabinfo',
    'apps',
    'charts.d',
    'ebpf',
    'fping',
    'ioping',
    'node.d',
    'python.d',
    'go.d',
    'nfacct',
    'perf',
    'freeipmi',
    'cups',
    'enable running new plugins',
  ],
  'plugin:proc': [
    'netdata server resources',
    '/proc/pagetypeinfo',
    '/proc/sys/fs/file-nr',
    '/proc/sys/kernel/random/entropy_avail',
    '/proc/pressure',
    '/proc/interrupts',
    '/proc/softirqs',
    '/proc/vmstat',
    '/sys/kernel/mm/ksm',
    '/sys/block/zram',
    '/sys/devices/system/edac/mc',
    '/sys/devices/pci/aer',
    '/sys/devices/system/node',
    '/proc/net/dev',
    '/proc/net/wireless',
    '/proc/net/sockstat',
    '/proc/net/sockstat6',
    '/proc/net/netstat',
    '/proc/net/snmp',
    '/proc/net/snmp6',
    '/proc/net/sctp/snmp',
    '/proc/net/softnet_stat',
    '/proc/net/ip_vs/stats',
    '/sys/class/infiniband',
    '/proc/net/stat/conntrack',
    '/proc/net/stat/synproxy',
    '/proc/diskstats',
    '/proc/mdstat',
    '/proc/net/rpc/nfs',
    '/proc/net/rpc/nfsd',
    '/proc/spl/kstat/zfs/arcstats',
    '/proc/spl/kstat/zfs/pool/state',
    '/sys/fs/btrfs',
    '/sys/class/power_supply',
    'ipc',
  ],
  'plugin:proc:/proc/stat': [
    'cpu interrupts',
    'context switches',
    'processes started',
    'processes running',
    'per cpu core utilization',
    'cpu idle states',
    'core_throttle_count',
    'package_throttle_count',
    'cpu frequency',
  ],
  'plugin:proc:/proc/meminfo': [
    'committed memory',
    'writeback memory',
    'kernel memory',
    'slab memory',
    'hardware corrupted ECC',
    'transparent hugepages',
  ],
  ml: ['enabled'],
  health: ['enabled'],
  registry: ['enabled'],
};

/** netdata trimmed to the same set, once a second, in memory only. */
export function netdataConfig(folder: string, port: number): string {
  const off = Object.entries(OFF).map(
    ([section, names]) => `[${section}]\n${names.map((name) => `  ${name} = no\n`).join('')}`,
  );
  return `[global]
  run as user = root
[directories]
  cache = ${folder}/cache
  lib = ${folder}/lib
  log = ${folder}/log
[db]
  mode = ram
  update every = 1
[logs]
  debug = none
  error = none
  access = none
[web]
  bind to = 127.0.0.1:${port}
  web server threads = 1
[plugin:proc:diskspace]
  inodes usage for all disks = no
  exclude space metrics on paths = /dev /dev/* /run/* /proc/* /sys/*
${off.join('')}`;
}

/** netdata in the foreground. */
export async function startNetdata({ folder }: Start): Promise<Running> {
  const port = await freePort();
  for (const name of ['cache', 'lib', 'log']) mkdirSync(join(folder, name));
  const configPath = join(folder, 'netdata.conf');
  writeFileSync(configPath, netdataConfig(folder, port));
  return startProgram(['netdata', '-D', '-c', configPath], {
    folder,
    url: `http://127.0.0.1:${port}/api/v1/allmetrics?format=json`,
  });
}

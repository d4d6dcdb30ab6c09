import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { PEER_IDS } from './figures.js';
import { PEERS } from './peers.js';
import { askVersion } from './roll.js';

/** Asked by Debian's packages whether they may start their service; 101: no. */
const POLICY = '/usr/sbin/policy-rc.d';
const LOAD_GENERATOR = { program: ['wrk', '-v'], packages: ['wrk'] } as const;

/**
 * Installs what is missing with apt-get, one peer after the other, so that one that the distribution does not have keeps none of the
 * others away. No service is started. `say` is told what is done and what fails.
 */
export function installMissing(say: (line: string) => void): void {
  const isOurs = !existsSync(POLICY);
  const removePolicy = (): void => rmSync(POLICY, { force: true });
  if (isOurs) {
    process.once('exit', removePolicy);
    writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  }
  try {
    for (const { program, packages } of [LOAD_GENERATOR, ...PEER_IDS.map((id) => PEERS[id])]) {
      if (program === null || packages.every(isInstalled)) continue;
      // A program that came by another way is as good, unless it needs more than itself.
      if (packages.length === 1 && askVersion(program).isThere) continue;
      say(`install: ${packages.join(' ')}`);
      const { status, stderr } = spawnSync(
        'apt-get',
        ['install', '-y', '--no-install-recommends', ...packages],
        {
          encoding: 'utf8',
          env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
        },
      );
      if (status !== 0) say(`install: ${packages.join(' ')} failed: ${(stderr ?? '').trim().slice(-200)}`);
    }
  } finally {
    if (isOurs) {
      removePolicy();
      process.off('exit', removePolicy);
    }
  }
}

function isInstalled(name: string): boolean {
  const { stdout } = spawnSync('dpkg-query', ['-s', name], { encoding: 'utf8' });
  return stdout?.includes('\nStatus: install ok installed\n') ?? false;
}

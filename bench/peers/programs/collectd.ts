import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Running, Start } from '../peer.js';
import { startProgram } from './start.js';

/**
 * collectd with the plugins of the same set. What it reads ends in its cache: the chain keeps it from looking for a plugin that writes,
 * and from complaining of there being none.
 */
export function collectdConfig(folder: string, intervalSec: number): string {
  return `Hostname "bench"
FQDNLookup false
BaseDir "${folder}"
PIDFile "${folder}/collectd.pid"
Interval ${intervalSec}
ReadThreads 1
WriteThreads 1
LoadPlugin cpu
LoadPlugin memory
LoadPlugin swap
LoadPlugin df
LoadPlugin load
LoadPlugin uptime
<Plugin cpu>
  ReportByCpu false
  ReportByState false
  ValuesPercentage true
</Plugin>
<Plugin memory>
  ValuesAbsolute false
  ValuesPercentage true
</Plugin>
<Plugin swap>
  ValuesAbsolute false
  ValuesPercentage true
</Plugin>
<Plugin df>
  MountPoint "/"
  ValuesAbsolute false
  ValuesPercentage true
</Plugin>
PostCacheChain "nowhere"
<Chain "nowhere">
  Target "stop"
</Chain>
`;
}

/** collectd in the foreground. */
export function startCollectd({ folder, hz }: Start): Promise<Running> {
  if (hz === null) throw new Error('collectd samples at a cadence');
  const configPath = join(folder, 'collectd.conf');
  writeFileSync(configPath, collectdConfig(folder, 1 / hz));
  return startProgram(['collectd', '-f', '-C', configPath], { folder });
}

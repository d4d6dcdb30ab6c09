import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Running, Start } from '../peer.js';
import { startProgram } from './start.js';

const CONFIG = `[agent]
  interval = "1s"
  flush_interval = "10s"
  omit_hostname = true
[[inputs.cpu]]
  percpu = false
  totalcpu = true
[[inputs.mem]]
[[inputs.swap]]
[[inputs.disk]]
  mount_points = ["/"]
[[inputs.system]]
[[outputs.discard]]
`;

/** telegraf with the inputs of the same set, once a second, and an output that throws them away. */
export function startTelegraf({ folder }: Start): Promise<Running> {
  const configPath = join(folder, 'telegraf.conf');
  writeFileSync(configPath, CONFIG);
  return startProgram(['telegraf', '--quiet', '--config', configPath], { folder });
}

import { loadUws } from '../../bridge/uws.js';
import type { Config } from '../../config.js';
import { messageOf } from '../../shared/errors.js';
import { type Finding, ok, problem, warning } from './finding.js';

/** As in package.json. */
const LEAST_NODE = [20, 18, 1] as const;

/** Checks what the daemon runs on, and what serves its bridge. `versions` is the process's own. */
export function checkRuntime(
  choice: Config['bridgeTransport'],
  versions: NodeJS.ProcessVersions,
  load: () => unknown = loadUws,
): Finding[] {
  return [checkNode(versions.node), checkTransport(choice, load)];
}

function checkNode(version: string): Finding {
  const parts = version.split('.').map(Number);
  const difference =
    LEAST_NODE.map((least, index) => (parts[index] ?? 0) - least).find((each) => each !== 0) ?? 0;
  const found = `${version} on ${process.platform}-${process.arch}`;
  if (difference < 0)
    return problem('node', `${found} is too old`, `install Node ${LEAST_NODE.join('.')} or later`);
  return ok('node', found);
}

function checkTransport(choice: Config['bridgeTransport'], load: () => unknown): Finding {
  if (choice === 'node-http') return ok('transport', 'node:http, as MONITOR_BRIDGE_TRANSPORT has it');
  try {
    load();
    return ok('transport', 'uWebSockets.js loads');
  } catch (error) {
    const why = messageOf(error);
    return choice === 'uws'
      ? problem(
          'transport',
          why,
          'set MONITOR_BRIDGE_TRANSPORT=auto, or install a build for this Node (npm ci, with its optional packages)',
        )
      : warning(
          'transport',
          `node:http serves the bridge, at about three times the CPU time a request: ${why}`,
          'install a Node version that there is a build for, or set MONITOR_BRIDGE_TRANSPORT=node-http',
        );
  }
}

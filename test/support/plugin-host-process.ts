/**
 * A host as a process of its own, with the plugin as it is packed: real time, real timers. Arguments: the host's version, the Monitor's
 * port, and what is to happen: `stop` after the first push, `stop-in-flight` while it is under way, `never` stop. It then has nothing to
 * do any more and ends, if the plugin lets it. It writes what is left of the plugin as a line of JSON.
 */
import plugin from '#plugin/index.js';
import { FakeHost, type HostVersion } from './fake-host.js';
import { until } from './until.js';

const [version, port, ending] = process.argv.slice(2);
const host = new FakeHost(version as HostVersion, plugin, {
  monitor_port: Number(port),
  reportIntervalSec: 1,
});
const left = (): string[] =>
  process.getActiveResourcesInfo().filter((resource) => /Timeout|TCP|Immediate/.test(resource));

await host.start();
if (ending === 'stop') {
  await until('the first push', () => host.linesAt('info').length > 0);
  await host.stop();
} else if (ending === 'stop-in-flight') {
  await until('a push in flight', () => left().some((resource) => resource.startsWith('TCP')));
  await host.stop();
}
process.stdout.write(`${JSON.stringify({ left: left(), lines: host.lines })}\n`);

import { readAddress } from './bridge-address.js';
import { askBridge, describeStranger, urlOf } from './bridge-ask.js';
import { type CommandContext, EXIT_FAILED, EXIT_OK, refuse } from './context.js';
import { type HealthBody, parseHealth, summarize } from './health-summary.js';

/** Health checks have limits of their own, and say nothing when those are over. */
const LIMIT_MS = 3_000;
const TARGET = '/health';

/**
 * Asks the running daemon how it is. A health check runs this every few seconds for ever: it loads no rules of settings and looks at none
 * but its three. Thread: main.
 */
export async function run(context: CommandContext): Promise<number> {
  const { json, stdout, signal } = context;
  const address = await readAddress(context);
  if ('problems' in address) return refuse(context, address);
  const answer = await askBridge(address, TARGET, LIMIT_MS, signal);
  const health = 'status' in answer ? parseHealth(answer.body) : null;
  if (health === null) {
    const { code, message, advice } = 'status' in answer ? describeStranger(answer.status) : answer;
    const url = urlOf(address, TARGET);
    const told = { status: 'unreachable', address: url, error: { code, message, advice } };
    if (json) stdout.write(`${JSON.stringify(told)}\n`);
    else stdout.write(`unreachable: ${url}: ${message}\n  ${advice}\n`);
    return EXIT_FAILED;
  }
  stdout.write(json && 'status' in answer ? `${answer.body.trimEnd()}\n` : `${summarize(health)}\n`);
  return exitCode(health.status, context.options['strict'] === true);
}

function exitCode(status: HealthBody['status'], isStrict: boolean): number {
  if (status === 'ok') return EXIT_OK;
  return status === 'degraded' && !isStrict ? EXIT_OK : EXIT_FAILED;
}

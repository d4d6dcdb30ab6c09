import { readToken } from '../secret-files.js';
import { gatherSettings, nameOf } from '../setting-values.js';
import { type CommandContext, EXIT_CONFIG, EXIT_FAILED, EXIT_OK } from './context.js';
import { askHealth, type BridgeAddress, type HealthAnswer } from './health-ask.js';
import { type HealthBody, parseHealth, summarize } from './health-summary.js';

/** Health checks have limits of their own, and say nothing when those are over. */
const LIMIT_MS = 3_000;

/**
 * Asks the running daemon how it is. A health check runs this every few seconds for ever: it loads no rules of settings and looks at none
 * but its three. Thread: main.
 */
export async function run(context: CommandContext): Promise<number> {
  const { json, stdout, signal } = context;
  const address = readAddress(context);
  if (Array.isArray(address)) {
    context.complain(address);
    return EXIT_CONFIG;
  }
  const answer = await askHealth(address, LIMIT_MS, signal);
  const health = 'status' in answer ? parseHealth(answer.body) : null;
  if (health === null) {
    const { code, message, advice } = 'status' in answer ? describeStranger(answer) : answer;
    const told = { status: 'unreachable', address: address.text, error: { code, message, advice } };
    if (json) stdout.write(`${JSON.stringify(told)}\n`);
    else stdout.write(`unreachable: ${address.text}: ${message}\n  ${advice}\n`);
    return EXIT_FAILED;
  }
  stdout.write(json && 'status' in answer ? `${answer.body.trimEnd()}\n` : `${summarize(health)}\n`);
  return exitCode(health.status, context.options['strict'] === true);
}

function exitCode(status: HealthBody['status'], isStrict: boolean): number {
  if (status === 'ok') return EXIT_OK;
  return status === 'degraded' && !isStrict ? EXIT_OK : EXIT_FAILED;
}

/** The daemon's address, or what is wrong with the settings that it is made of. */
function readAddress({ env, flags }: CommandContext): BridgeAddress | string[] {
  const { values, origins } = gatherSettings({ env, flags });
  const problems: string[] = [];
  const { bridgeSocket: socketPath, bridgeTokenFile, port = '' } = values;
  const isPort = /^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65_535;
  const portName = nameOf('port', origins.port);
  if (socketPath === undefined && port === '0')
    problems.push(
      `${portName}: 0 lets the daemon take a free port, which nobody knows: give the one that its log tells, or MONITOR_BRIDGE_SOCKET`,
    );
  else if (socketPath === undefined && !isPort)
    problems.push(`${portName}: expected a whole number from 1 to 65535, got ${JSON.stringify(port)}`);
  const tokenName = nameOf('bridgeTokenFile', origins.bridgeTokenFile);
  // Not repeated: it may be the token itself.
  const token =
    bridgeTokenFile?.startsWith('/') === false
      ? `${tokenName}: expected an absolute path, got something else`
      : readToken(bridgeTokenFile, tokenName);
  if (typeof token === 'string') return [...problems, token];
  if (problems.length > 0) return problems;
  return socketPath === undefined
    ? { text: `http://127.0.0.1:${port}/health`, port: Number(port), socketPath: null, token }
    : { text: `unix:${socketPath}`, port: null, socketPath, token };
}

/** An answer that tells no health. */
function describeStranger({ status }: { status: number }): Exclude<HealthAnswer, { status: number }> {
  if (status === 401)
    return {
      code: 'UNAUTHORIZED',
      message: 'the bridge wants a token',
      advice: "give MONITOR_BRIDGE_TOKEN_FILE as the daemon has it, or see that the file is the daemon's",
    };
  return {
    code: 'NOT_THE_MONITOR',
    message: `the answer (HTTP ${status}) is not the Monitor's`,
    advice: 'see what listens there, and on which port the daemon does: --port',
  };
}

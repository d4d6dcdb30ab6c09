import { readToken } from '../secret-files.js';
import { gatherSettings, gotText, nameOf } from '../setting-values.js';
import { findSilentFiles } from '../silent-files.js';
import type { BridgeAddress } from './bridge-ask.js';
import type { CommandContext, Refusal } from './context.js';

/**
 * The address of the running daemon's bridge, or what is wrong with the settings that it is made of. It loads no rules of settings and looks
 * at none but these three. A token file or socket on a dead mount is not touched. Thread: main; does not block.
 * @throws the reason of `signal`, if that is aborted meanwhile
 */
export async function readAddress({
  env,
  flags,
  signal,
}: Pick<CommandContext, 'env' | 'flags' | 'signal'>): Promise<BridgeAddress | Refusal> {
  const unanswered = await findSilentFiles({ env, flags }, ['bridgeTokenFile', 'bridgeSocket'], signal);
  signal.throwIfAborted();
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
    problems.push(`${portName}: expected a whole number from 1 to 65535${gotText('port', port)}`);
  const tokenName = nameOf('bridgeTokenFile', origins.bridgeTokenFile);
  const isTokenSilent = unanswered.some(({ setting }) => setting === 'bridgeTokenFile');
  const token =
    bridgeTokenFile?.startsWith('/') === false
      ? `${tokenName}: expected an absolute path${gotText('bridgeTokenFile')}`
      : readToken(isTokenSilent ? undefined : bridgeTokenFile, tokenName);
  if (typeof token === 'string') return { problems: [...problems, token], unanswered };
  if (problems.length > 0 || unanswered.length > 0) return { problems, unanswered };
  return socketPath === undefined
    ? { port: Number(port), socketPath: null, token }
    : { port: null, socketPath, token };
}

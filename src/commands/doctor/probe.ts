import { askProcess, workerCommand } from '../../ask-process.js';
import type { ProbeMessage, ProbeTask } from '../../shared/probe.js';
import { PROGRAM_PATH } from '../../shared/program-path.js';

/** How long a process may take to come up on a machine that is busy. */
const BEGIN_LIMIT_MS = 8_000;

/**
 * Runs a process that looks at what may hang, and collects its messages until it exits, `isEnough` returns true, or `limitMs` have passed
 * since it began. A process that hangs in the kernel is abandoned. Resolves with the messages so far, and with the error if it could not
 * be started; never rejects. Thread: main.
 */
export async function askProbe(
  task: ProbeTask,
  limitMs: number,
  signal: AbortSignal,
  isEnough: (message: ProbeMessage) => boolean = () => false,
): Promise<ProbeMessage[]> {
  const messages: ProbeMessage[] = [];
  const { failure } = await askProcess<ProbeMessage>({
    command: workerCommand('probe', JSON.stringify(task)),
    env: { PATH: PROGRAM_PATH },
    beginLimitMs: BEGIN_LIMIT_MS,
    limitMs,
    signal,
    take: (message) => {
      messages.push(message);
      return isEnough(message);
    },
  });
  if (failure !== null) messages.push({ type: 'failed', what: task.topic, reason: failure });
  return messages;
}

/** The newest message of a kind; undefined: there is none. */
export function messageOf<Type extends ProbeMessage['type']>(
  messages: readonly ProbeMessage[],
  type: Type,
): Extract<ProbeMessage, { type: Type }> | undefined {
  return messages.findLast((message) => message.type === type) as
    | Extract<ProbeMessage, { type: Type }>
    | undefined;
}

/** Why something is unavailable; undefined: the probe reported nothing about it. */
export function failureOf(
  messages: readonly ProbeMessage[],
  what: Extract<ProbeMessage, { type: 'failed' }>['what'],
): string | undefined {
  const failed = messages.find((message) => message.type === 'failed' && message.what === what);
  return failed?.type === 'failed' ? failed.reason : undefined;
}

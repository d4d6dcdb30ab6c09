/** What the stand-in tells: the contract's own example, with two agents. */
export const PUSH = {
  version: 'OpenClaw 2026.3.13 (61d171a)',
  plugin_version: '0.2.0',
  agents: [{ id: 'main', name: 'Main Agent', default: true }, 'ops'],
};

/** Plays the OpenClaw plugin: pushes its metadata to the bridge at `address`, first after two seconds, then every `everyMs`. */
export function startPluginStandIn(options: {
  address: string;
  everyMs: number;
  onPush: (result: string) => void;
}): { stop(): void } {
  const stopping = new AbortController();
  const push = async (): Promise<void> => {
    try {
      const answer = await fetch(`${options.address}/openclaw`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(PUSH),
        signal: AbortSignal.any([stopping.signal, AbortSignal.timeout(5_000)]),
      });
      await answer.text();
      options.onPush(`HTTP ${answer.status}`);
    } catch (error) {
      if (!stopping.signal.aborted) options.onPush(String(error));
    }
  };
  const first = setTimeout(() => void push(), 2_000);
  const timer = setInterval(() => void push(), options.everyMs);
  return {
    stop: () => {
      clearTimeout(first);
      clearInterval(timer);
      stopping.abort();
    },
  };
}

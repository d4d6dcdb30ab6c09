/**
 * The host's API as far as the plugin uses it. Hosts differ, and they retire an `api` by letting its members throw; so everything but
 * the two calls is unknown, and is looked at with `peek`.
 */
export interface HostApi {
  readonly logger?: unknown;
  readonly pluginConfig?: unknown;
  readonly config?: unknown;
  readonly runtime?: unknown;
  on?(hook: string, handler: (event?: unknown, context?: unknown) => unknown): unknown;
  registerTool?(tool: unknown): unknown;
}

/** What lies at `path` in `value`; undefined when it is not there, or when looking at it throws. */
export function peek(value: unknown, ...path: readonly string[]): unknown {
  try {
    let here: unknown = value;
    for (const key of path) {
      if (here === null || (typeof here !== 'object' && typeof here !== 'function')) return undefined;
      here = (here as Readonly<Record<string, unknown>>)[key];
    }
    return here;
  } catch {
    return undefined;
  }
}

/** Whether it is an object that is no array. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * The host's configuration as it is now: `runtime.config.current()` on 2026.9.6, `runtime.config.loadConfig()` on 2026.3.13, and else
 * what it was when the plugin was registered. Undefined when the host has none.
 */
export function currentConfig(api: HostApi): unknown {
  const runtimeConfig = peek(api, 'runtime', 'config');
  for (const name of ['current', 'loadConfig']) {
    const read = peek(runtimeConfig, name);
    if (typeof read !== 'function') continue;
    try {
      const config: unknown = read.call(runtimeConfig);
      if (isRecord(config)) return config;
    } catch {
      // A file that is being edited is no JSON for a moment.
    }
  }
  return peek(api, 'config');
}

/** The plugin's own configuration as it is now, unchecked. */
export function currentPluginConfig(api: HostApi, pluginId: string): unknown {
  const live = peek(currentConfig(api), 'plugins', 'entries', pluginId, 'config');
  return live ?? peek(api, 'pluginConfig');
}

/** `value` as an abort signal, when it can be listened to like one. */
export function asSignal(value: unknown): AbortSignal | null {
  const isSignal =
    typeof peek(value, 'aborted') === 'boolean' &&
    typeof peek(value, 'addEventListener') === 'function' &&
    typeof peek(value, 'removeEventListener') === 'function';
  return isSignal ? (value as AbortSignal) : null;
}

/** What an error says, whatever was thrown. */
export function messageOf(error: unknown): string {
  const message = peek(error, 'message');
  if (typeof message === 'string' && message !== '') return message;
  try {
    return String(error);
  } catch {
    return 'unknown reason';
  }
}

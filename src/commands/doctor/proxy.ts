import { isLoopbackHost } from '../../shared/loopback.js';
import { readProxies } from '../../shared/proxies.js';

const DEFAULT_PORTS: Readonly<Record<string, string>> = { 'https:': '443', 'http:': '80' };

/**
 * The proxy by way of which `url` is reached, as undici's EnvHttpProxyAgent has it, which heartbeats go through; null: directly.
 * @throws MonitorError CONFIG_INVALID if a variable has no URL
 */
export function proxyFor(url: URL, env: Readonly<Record<string, string | undefined>>): URL | null {
  if (isLoopbackHost(url.hostname)) return null;
  const { httpProxy, httpsProxy } = readProxies(env);
  const proxy = url.protocol === 'https:' ? httpsProxy || httpProxy : httpProxy;
  if (proxy === '' || isExempt(url, env['no_proxy'] ?? env['NO_PROXY'] ?? '')) return null;
  return new URL(proxy);
}

function isExempt(url: URL, noProxy: string): boolean {
  if (noProxy === '*') return true;
  const host = url.hostname.toLowerCase();
  return noProxy
    .split(/[,\s]/)
    .filter((entry) => entry !== '')
    .some((entry) => {
      const [, name = entry, port] = /^(.+):(\d+)$/.exec(entry) ?? [];
      const domain = name.replace(/^\*?\./, '').toLowerCase();
      return (port === undefined || port === portOf(url)) && (host === domain || host.endsWith(`.${domain}`));
    });
}

/** The port of a URL, that of its scheme where it has none. */
export function portOf(url: URL): string {
  return url.port || DEFAULT_PORTS[url.protocol] || '';
}

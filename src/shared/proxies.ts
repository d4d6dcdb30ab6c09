import { MonitorError } from './errors.js';
import { isLoopbackHost } from './loopback.js';

const DEFAULT_PORTS: Readonly<Record<string, string>> = { 'https:': '443', 'http:': '80' };

type Environment = Readonly<Record<string, string | undefined>>;

/** The proxies from the environment; null: none. */
export interface Proxies {
  readonly httpProxy: URL | null;
  readonly httpsProxy: URL | null;
}

/**
 * Reads `http_proxy` and `https_proxy`. As in curl, the lower-case name takes precedence over the upper-case one, and a value without a
 * scheme (`proxy.example:3128`) means http.
 * @throws MonitorError CONFIG_INVALID, which names the variable but not its value: that may contain a password
 */
export function readProxies(env: Environment): Proxies {
  return { httpProxy: readProxy(env, 'http_proxy'), httpsProxy: readProxy(env, 'https_proxy') };
}

/**
 * The proxy for `url`; null: connect directly. Loopback URLs never use a proxy, nor do those that match `no_proxy`: `*`, or domains and
 * hosts with or without a port, separated by commas or spaces.
 * @throws MonitorError CONFIG_INVALID if a variable is not a URL
 */
export function proxyFor(url: URL, env: Environment): URL | null {
  if (isLoopbackHost(url.hostname)) return null;
  const { httpProxy, httpsProxy } = readProxies(env);
  const proxy = url.protocol === 'https:' ? (httpsProxy ?? httpProxy) : httpProxy;
  return isExempt(url, env['no_proxy'] ?? env['NO_PROXY'] ?? '') ? null : proxy;
}

/** The port of a URL, or the default port of its scheme. */
export function portOf(url: URL): string {
  return url.port || DEFAULT_PORTS[url.protocol] || '';
}

function isExempt(url: URL, noProxy: string): boolean {
  if (noProxy.trim() === '*') return true;
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

function readProxy(env: Environment, name: string): URL | null {
  const text = (env[name] ?? env[name.toUpperCase()] ?? '').trim();
  if (text === '') return null;
  const url = parseProxy(text.includes('://') ? text : `http://${text}`);
  if (url === null) {
    throw new MonitorError(
      'CONFIG_INVALID',
      `${name}: expected an http:// or https:// URL such as http://proxy.example:3128`,
    );
  }
  return url;
}

function parseProxy(text: string): URL | null {
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  if (DEFAULT_PORTS[url.protocol] === undefined) return null;
  // The password contains a slash, ? or #: its first half would be taken for a port, and shown.
  if (`${url.pathname}${url.search}${url.hash}`.includes('@')) return null;
  try {
    // Fails on a percent sign that is not part of an escape.
    decodeURIComponent(url.username + url.password);
    return url;
  } catch {
    return null;
  }
}

import { MonitorError } from './errors.js';
import { isLoopbackHost } from './loopback.js';

const DEFAULT_PORTS: Readonly<Record<string, string>> = { 'https:': '443', 'http:': '80' };

type Environment = Readonly<Record<string, string | undefined>>;

/** The proxies that the environment names; null: none. */
export interface Proxies {
  readonly httpProxy: URL | null;
  readonly httpsProxy: URL | null;
}

/**
 * Reads `http_proxy` and `https_proxy`; the lower-case name beats the upper-case one, and a value without a scheme
 * (`proxy.example:3128`) means http, both as in curl.
 * @throws MonitorError CONFIG_INVALID that names the variable and does not show its value, which may hold a password
 */
export function readProxies(env: Environment): Proxies {
  return { httpProxy: readProxy(env, 'http_proxy'), httpsProxy: readProxy(env, 'https_proxy') };
}

/**
 * The proxy through which `url` is reached; null: directly. A loopback URL is never asked through a proxy, and neither is one that
 * `no_proxy` names: `*`, or domains and hosts with or without a port, separated by commas or spaces.
 * @throws MonitorError CONFIG_INVALID if a variable has no URL
 */
export function proxyFor(url: URL, env: Environment): URL | null {
  if (isLoopbackHost(url.hostname)) return null;
  const { httpProxy, httpsProxy } = readProxies(env);
  const proxy = url.protocol === 'https:' ? (httpsProxy ?? httpProxy) : httpProxy;
  return isExempt(url, env['no_proxy'] ?? env['NO_PROXY'] ?? '') ? null : proxy;
}

/** The port of a URL, that of its scheme where it has none. */
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
  // A password with a slash, ? or # in it: its first half would be taken for a port, and shown.
  if (`${url.pathname}${url.search}${url.hash}`.includes('@')) return null;
  try {
    // A percent sign that stands for itself can't be decoded.
    decodeURIComponent(url.username + url.password);
    return url;
  } catch {
    return null;
  }
}

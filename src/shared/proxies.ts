import { MonitorError } from './errors.js';

/** What undici can talk to a proxy. */
const PROTOCOLS: ReadonlySet<string> = new Set(['http:', 'https:', 'socks:', 'socks5:']);

/** The proxies that the environment names, as undici takes them; empty: none. */
export interface Proxies {
  readonly httpProxy: string;
  readonly httpsProxy: string;
}

/**
 * Reads `http_proxy` and `https_proxy`; the lower-case name beats the upper-case one, and a value without a scheme
 * (`proxy.example:3128`) means http, both as in curl. `no_proxy` is left to undici, which reads it itself.
 * @throws MonitorError CONFIG_INVALID that names the variable and does not show its value, which may hold a password
 */
export function readProxies(env: Readonly<Record<string, string | undefined>>): Proxies {
  return { httpProxy: readProxy(env, 'http_proxy'), httpsProxy: readProxy(env, 'https_proxy') };
}

function readProxy(env: Readonly<Record<string, string | undefined>>, name: string): string {
  const text = (env[name] ?? env[name.toUpperCase()] ?? '').trim();
  if (text === '') return '';
  const url = text.includes('://') ? text : `http://${text}`;
  if (!isProxyUrl(url)) {
    throw new MonitorError('CONFIG_INVALID', `${name}: expected a URL such as http://proxy.example:3128`);
  }
  return url;
}

function isProxyUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  if (!PROTOCOLS.has(protocol)) return false;
  try {
    // undici does the same with them, and throws where a percent sign stands for itself.
    decodeURIComponent(username + password);
    return true;
  } catch {
    return false;
  }
}

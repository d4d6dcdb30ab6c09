import { BlockList, isIP } from 'node:net';

/**
 * Whether a name always means this machine, whatever a resolver says: localhost and its subdomains.
 * @see https://www.rfc-editor.org/rfc/rfc6761 (6.3)
 */
export function isLoopbackName(hostname: string): boolean {
  const name = hostname.toLowerCase();
  return name === 'localhost' || name.endsWith('.localhost');
}

/** Whether a URL's host name means this machine: localhost and its subdomains, 127.0.0.0/8, [::1]. Without a DNS lookup. */
export function isLoopbackHost(hostname: string): boolean {
  const host = hostname.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  if (isLoopbackName(host)) return true;
  const family = isIP(host);
  if (family === 0) return false;
  const loopback = new BlockList();
  loopback.addSubnet('127.0.0.0', 8, 'ipv4');
  loopback.addAddress('::1', 'ipv6');
  return loopback.check(host, family === 6 ? 'ipv6' : 'ipv4');
}

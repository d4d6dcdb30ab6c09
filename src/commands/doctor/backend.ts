import type { ApiKey } from '../../secret-files.js';
import { messageOf } from '../../shared/errors.js';
import { isLoopbackHost } from '../../shared/loopback.js';
import { portOf, proxyFor } from '../../shared/proxies.js';
import { printable } from '../top/printable.js';
import { lookAtTls, lookUp, type TlsLook, tryTcp } from './connection.js';
import { type Finding, ok, problem, warning } from './finding.js';
import { judgeAnswer, judgeClock } from './judge-answer.js';
import { postEmpty } from './post-empty.js';

const DNS_LIMIT_MS = 3_000;
const CONNECT_LIMIT_MS = 3_000;
/** As long as a heartbeat may take. */
const ANSWER_LIMIT_MS = 10_000;
const DAY_MS = 86_400_000;
const EXPIRES_SOON_DAYS = 14;
const SLOW_DNS_MS = 1_000;

/** What is checked, and with what. `apiKey` null: there is none that could be used, which is said elsewhere. */
export interface BackendOptions {
  readonly url: URL;
  readonly apiKey: ApiKey | null;
  readonly version: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly monoMs: () => number;
  readonly wallMs: () => number;
}

/**
 * Follows the way of a heartbeat: name, connection, certificate, key, clock. Stops where it is cut. Changes nothing at the backend.
 */
export async function checkBackend(options: BackendOptions): Promise<Finding[]> {
  const { url, env, monoMs } = options;
  let proxy: URL | null;
  try {
    proxy = proxyFor(url, env);
  } catch (error) {
    return [problem('proxy', messageOf(error), 'set the variable to a URL, or unset it')];
  }
  const found: Finding[] = [checkUrl(url)];
  if (proxy !== null)
    found.push(
      ok(
        'proxy',
        `${proxy.protocol}//${proxy.host}, which the environment names; the backend is reached by way of it`,
      ),
    );
  const next = proxy ?? url;
  const port = Number(portOf(next));

  const names = await lookUp(next.hostname, DNS_LIMIT_MS, monoMs);
  if ('failure' in names) {
    const advice = `check the name, and how this host looks names up (getent ahosts ${next.hostname}; /etc/resolv.conf)`;
    return [...found, problem('dns', `${next.hostname}: ${names.failure}`, advice)];
  }
  const addresses = [...new Set(names.value)];
  found.push(judgeNames(next.hostname, addresses, names.ms));

  const tries = await Promise.all(addresses.map((each) => tryTcp(each, port, CONNECT_LIMIT_MS, monoMs)));
  const open = tries.findIndex((each) => !('failure' in each));
  found.push(judgeTcp(next, addresses, tries));
  if (open < 0) return found;

  if (url.protocol === 'https:' && proxy === null) {
    const look = await lookAtTls(addresses[open]!, port, url.hostname, CONNECT_LIMIT_MS, monoMs);
    const tls =
      'failure' in look ? handshakeFailed(look.failure) : judgeTls(look.value, url, options.wallMs());
    found.push(tls);
    // A heartbeat would get no further.
    if (tls.verdict === 'problem') return found;
  }
  return [...found, ...(await checkKey(options))];
}

async function checkKey({ apiKey, url, ...options }: BackendOptions): Promise<Finding[]> {
  if (apiKey === null)
    return [warning('api-key', 'not tried at the backend: there is none', 'mend it as said above')];
  const begunWallMs = options.wallMs();
  const answer = await postEmpty({
    ...options,
    url: heartbeatUrl(url),
    apiKey: apiKey.value,
    limitMs: ANSWER_LIMIT_MS,
  });
  if (typeof answer === 'string') {
    const advice = `see what a heartbeat would meet: curl -v ${url.origin}`;
    return [problem('api-key', `not known: the backend gave no answer: ${printable(answer)}`, advice)];
  }
  const clock = judgeClock(answer.date, begunWallMs + answer.ms / 2);
  return [judgeAnswer(answer, url, apiKey.origin), ...(clock === null ? [] : [clock])];
}

function checkUrl(url: URL): Finding {
  if (url.protocol === 'https:' || isLoopbackHost(url.hostname)) return ok('backend', url.href);
  return warning(
    'backend',
    `${url.href}: the API key goes over the wire in the clear`,
    'use https:// in MONITOR_BACKEND_URL',
  );
}

function judgeNames(hostname: string, addresses: readonly string[], tookMs: number): Finding {
  if (hostname.replace(/^\[(.*)\]$/, '$1') === addresses[0])
    return ok('dns', `${hostname} is an address, and no name`);
  const more = addresses.length > 3 ? ` and ${addresses.length - 3} more` : '';
  const found = `${hostname} is ${addresses.slice(0, 3).join(', ')}${more}, in ${ms(tookMs)}`;
  return tookMs > SLOW_DNS_MS
    ? warning('dns', found, 'a name server in /etc/resolv.conf may be gone')
    : ok('dns', found);
}

function judgeTcp(
  url: URL,
  addresses: readonly string[],
  tries: Awaited<ReturnType<typeof tryTcp>>[],
): Finding {
  const place = `${url.hostname}:${portOf(url)}`;
  const failed = tries.flatMap((each, index) =>
    'failure' in each ? [`${addresses[index]}: ${each.failure}`] : [],
  );
  const best = Math.min(...tries.map((each) => ('failure' in each ? Number.POSITIVE_INFINITY : each.ms)));
  const advice = 'see that the backend runs, that the port is right, and that no firewall is in between';
  if (best === Number.POSITIVE_INFINITY)
    return problem('tcp', `no connection to ${place}: ${failed.join('; ')}`, advice);
  const open = `${place} takes connections, in ${ms(best)}`;
  return failed.length === 0
    ? ok('tcp', open)
    : warning(
        'tcp',
        `${open}, but not on all addresses: ${failed.join('; ')}`,
        'connections are slower where one that fails comes first',
      );
}

function handshakeFailed(failure: string): Finding {
  return problem(
    'tls',
    `the handshake failed: ${printable(failure)}`,
    'see that the port is one of https, and not of http',
  );
}

/** What to do about a certificate that is not trusted, by the code of the error. */
const DISTRUST: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'have it renewed at the backend, or set the clock of this host',
  CERT_NOT_YET_VALID: 'set the clock of this host',
  ERR_TLS_CERT_ALTNAME_INVALID: 'use a name in MONITOR_BACKEND_URL that the certificate is for',
};
const UNKNOWN_ISSUER =
  'if it is signed by an authority of your own, give that as NODE_EXTRA_CA_CERTS=/path/to/ca.pem';

function judgeTls({ protocol, certificate, distrust }: TlsLook, url: URL, wallMs: number): Finding {
  const days = Math.floor((Date.parse(certificate.valid_to) - wallMs) / DAY_MS);
  const issuer =
    [certificate.issuer?.O, certificate.issuer?.CN].flat().filter(Boolean).join(', ') || 'nobody named';
  const facts = `${protocol}, certificate by ${printable(issuer)}, valid for ${days} days`;
  if (distrust !== null)
    return problem(
      'tls',
      `the certificate is not trusted for ${url.hostname} (${distrust}): ${facts}`,
      DISTRUST[distrust] ?? UNKNOWN_ISSUER,
    );
  if (days < EXPIRES_SOON_DAYS)
    return warning('tls', facts, 'have the certificate renewed: heartbeats end with it');
  return ok('tls', facts);
}

function heartbeatUrl(backend: URL): URL {
  return new URL(
    'monitor/server/heartbeat-v2',
    backend.href.endsWith('/') ? backend.href : `${backend.href}/`,
  );
}

function ms(value: number): string {
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
}

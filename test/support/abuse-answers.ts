import assert from 'node:assert/strict';

/** All that the bridge may answer. Not 500: that would be a fault of its own. */
const STATUSES = new Set([200, 400, 401, 403, 404, 405, 408, 413, 415, 421, 431, 503, 505]);
/** What uWebSockets.js refuses by itself, with a line of HTML, and then ends the connection. */
const OWN_STATUSES = new Set([400, 431, 505]);
/** What `/` is told as; all else is JSON. */
const PAGE_TYPE = 'text/html; charset=utf-8';
const HEAD_END = '\r\n\r\n';
const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n';

/**
 * Checks that bytes which came over one connection are answers of the bridge, whole and one behind the other, and nothing else. Returns their
 * statuses. `isCut`: the connection was reset, so that the last one may lack its end. An answer to HEAD, which has no body, is taken for one.
 */
export function assertAnswers(bytes: Buffer, isCut: boolean): number[] {
  const statuses: number[] = [];
  let at = 0;
  while (at < bytes.length) {
    if (bytes.toString('latin1', at, at + CONTINUE.length) === CONTINUE) {
      at += CONTINUE.length;
      continue;
    }
    const headEnd = bytes.indexOf(HEAD_END, at);
    if (headEnd < 0 && isCut) return statuses;
    assert.ok(headEnd >= 0, `no end of a head: ${shown(bytes, at)}`);
    const [line = '', ...lines] = bytes.toString('latin1', at, headEnd).split('\r\n');
    const status = Number(/^HTTP\/1\.1 (\d{3}) [A-Z][A-Za-z ]+$/.exec(line)?.[1]);
    assert.ok(STATUSES.has(status), `a status line: ${line}`);
    statuses.push(status);
    at = headEnd + HEAD_END.length;
    const headers = headersOf(lines);
    if (!headers.has('content-type')) {
      assert.ok(OWN_STATUSES.has(status), line);
      assert.equal(headers.get('connection')?.toLowerCase(), 'close');
      assert.match(bytes.toString('latin1', at), /^<h1>[^\r\n]*$/, 'nothing behind the last answer');
      return statuses;
    }
    const isPage = status === 200 && headers.get('content-type') === PAGE_TYPE;
    if (!isPage) assert.equal(headers.get('content-type'), 'application/json');
    assert.equal(headers.get('cache-control'), 'no-store');
    assert.match(headers.get('content-length') ?? '', /^\d{1,6}$/);
    if (at === bytes.length || bytes.toString('latin1', at, at + 5) === 'HTTP/') continue;
    const bodyEnd = at + Number(headers.get('content-length'));
    if (bodyEnd > bytes.length && isCut) return statuses;
    const body = bytes.toString('utf8', at, bodyEnd);
    if (isPage) assert.match(body, /^<!doctype html>.*<\/html>\s*$/is);
    else assertBody(body, status);
    at = bodyEnd;
  }
  return statuses;
}

function headersOf(lines: readonly string[]): Map<string, string> {
  const headers = new Map<string, string>();
  for (const line of lines) {
    const [, name = '', value = ''] = /^([A-Za-z-]+): ([\x20-\x7e]*)$/.exec(line) ?? [];
    assert.notEqual(name, '', `a header: ${JSON.stringify(line)}`);
    assert.ok(!headers.has(name.toLowerCase()), `twice: ${line}`);
    assert.ok(!name.toLowerCase().startsWith('access-control-'), line);
    headers.set(name.toLowerCase(), value);
  }
  return headers;
}

/** An error as the contract has it, or something that is none. /health is 503 when it is unhealthy. */
function assertBody(text: string, status: number): void {
  const body = JSON.parse(text) as { error?: { code?: unknown; message?: unknown }; status?: unknown };
  if (status === 200 || (status === 503 && body.error === undefined)) return;
  assert.match(String(body.error?.code), /^[a-z_]+$/, text);
  assert.equal(typeof body.error?.message, 'string', text);
}

function shown(bytes: Buffer, at: number): string {
  return JSON.stringify(bytes.toString('latin1', at, at + 200));
}

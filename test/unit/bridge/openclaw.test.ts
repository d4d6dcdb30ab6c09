import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { MAX_BODY_BYTES } from '../../../src/bridge/limits.js';
import { answerPush, refusePush } from '../../../src/bridge/openclaw.js';
import type { OpenClawMetadata } from '../../../src/shared/messages.js';

const VERSIONS = '"version":"OpenClaw 1","plugin_version":"0.2.0"';

/** The result for a body: the metadata or the problems, and `status` in either case. */
function answered(body: string | Uint8Array) {
  const accepted: OpenClawMetadata[] = [];
  const answer = answerPush(Buffer.from(body as string), (metadata) => accepted.push(metadata));
  const { error } = JSON.parse(answer.body as string) as {
    error?: { code: string; message: string; problems: string[] };
  };
  assert.equal(accepted.length, answer.status === '200 OK' ? 1 : 0);
  return { status: answer.status, body: answer.body, metadata: accepted[0], error };
}

describe('before the body is read', () => {
  for (const type of [
    'application/json',
    'Application/JSON',
    'application/json;charset=utf-8',
    'application/json; charset=UTF-8',
    'application/json; charset="utf-8"',
    'application/json ; Charset = utf-8',
    'application/json; profile=x',
    'application/json;',
  ]) {
    test(`content type ${type} is accepted`, () => assert.equal(refusePush(type, '10'), null));
  }
  for (const type of [
    '',
    'text/plain',
    'text/json',
    'application/x-www-form-urlencoded',
    'application/jsonp',
    'application/problem+json',
    'application/json, text/plain',
    'application/json; charset=iso-8859-1',
    'application/json; charset=utf-16',
    'application/json; charset=utf-8x',
    'text/plain; application/json',
  ]) {
    test(`content type ${JSON.stringify(type)} is 415`, () => {
      assert.equal(refusePush(type, '10')?.status, '415 Unsupported Media Type');
    });
  }
  test('a length of 64 KiB is accepted, one byte more is 413', () => {
    assert.equal(MAX_BODY_BYTES, 65_536);
    assert.equal(refusePush('application/json', '65536'), null);
    assert.equal(refusePush('application/json', '65537')?.status, '413 Payload Too Large');
    assert.equal(refusePush('application/json', '99999999999999999999')?.status, '413 Payload Too Large');
  });
  test('no length (chunked body) is accepted', () => assert.equal(refusePush('application/json', ''), null));
});

describe('what is accepted', () => {
  test("the contract's own example", () => {
    const { body, metadata } = answered(
      '{"version":"OpenClaw 2026.3.13 (61d171a)","plugin_version":"0.2.0","agents":[]}',
    );
    assert.equal(body, '{"status":"ok"}');
    assert.deepEqual(metadata, {
      version: 'OpenClaw 2026.3.13 (61d171a)',
      pluginVersion: '0.2.0',
      agentsJson: '[]',
    });
  });
  test('missing agents differ from an empty list', () => {
    assert.equal(answered(`{${VERSIONS}}`).metadata?.agentsJson, null);
  });
  test('unknown keys are ignored', () => {
    const { metadata } = answered(`{${VERSIONS},"x":1,"constructor":2,"toString":{},"hasOwnProperty":0}`);
    assert.deepEqual(Object.keys(metadata ?? {}), ['version', 'pluginVersion', 'agentsJson']);
  });
  test('versions of 1 and of 200 characters', () => {
    const long = 'ä'.repeat(200);
    const { metadata } = answered(`{"version":"x","plugin_version":"${long}"}`);
    assert.equal(metadata?.version, 'x');
    assert.equal(metadata?.pluginVersion, long);
  });
  test('1,000 agents', () => {
    const agents = JSON.stringify(Array.from({ length: 1_000 }, (_, id) => ({ id })));
    assert.equal(answered(`{${VERSIONS},"agents":${agents}}`).metadata?.agentsJson, agents);
  });
  test('agents verbatim: order, nesting, numbers, text and members named __proto__', () => {
    const agents =
      '["ops","","\\u0000 \\" ä 😀",{},{"b":1,"a":[null,true,-0.5,1e21,{"__proto__":{"x":1}}]},{"__proto__":{"isAdmin":true},"id":"m"}]';
    const { metadata } = answered(`{${VERSIONS},"agents":${agents}}`);
    assert.equal(metadata?.agentsJson, agents);
  });
  test('agents that a double or an object cannot represent, with their whitespace', () => {
    const agents =
      '[{"id":12345678901234567890, "n":1e400,\n"z":-0,"d":0.10,"2":1,"1":2,"a":1,"a":2},"\\ud800"\t]';
    assert.equal(answered(`{${VERSIONS},"agents" : ${agents} }`).metadata?.agentsJson, agents);
  });
  test('the last of two agents members, even with an escaped name', () => {
    const { metadata } = answered(`{"agents":["1"],${VERSIONS},"\\u0061gents":["2"],"agent":["3"]}`);
    assert.equal(metadata?.agentsJson, '["2"]');
    assert.equal(answered(`{"agents":1,${VERSIONS},"agents":[]}`).metadata?.agentsJson, '[]');
  });
  test('a body after a byte order mark', () => {
    assert.equal(answered(`\ufeff{"agents":[ ],${VERSIONS}}`).metadata?.agentsJson, '[ ]');
  });
  test('a __proto__ key, which has no effect', () => {
    const { metadata } = answered(`{"__proto__":{"agents":["x"],"polluted":true},${VERSIONS}}`);
    assert.equal(metadata?.agentsJson, null);
    assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
  });
});

describe('what is 400', () => {
  for (const [what, body] of [
    ['nothing', ''],
    ['no JSON', '{version:1}'],
    ['JSON and more', `{${VERSIONS}}x`],
    ['JSON cut off', `{${VERSIONS}`],
    ['bytes that are not UTF-8', Uint8Array.of(0x22, 0xc3, 0x28, 0x22)],
    ['UTF-8 cut off', Uint8Array.of(0x22, 0xf0, 0x9f, 0x98, 0x22)],
    ['a surrogate in UTF-8', Uint8Array.of(0x22, 0xed, 0xa0, 0x80, 0x22)],
    ['UTF-16', Buffer.from(`{${VERSIONS}}`, 'utf16le')],
  ] as const) {
    test(`${what}: invalid_json`, () => assert.equal(answered(body).error?.code, 'invalid_json'));
  }

  for (const [body, ...problems] of [
    ['null', 'body'],
    ['[]', 'body'],
    ['"x"', 'body'],
    ['1', 'body'],
    ['{}', 'version', 'plugin_version'],
    ['{"version":"","plugin_version":""}', 'version', 'plugin_version'],
    ['{"version":1,"plugin_version":null}', 'version', 'plugin_version'],
    [`{"version":"${'v'.repeat(201)}","plugin_version":"x"}`, 'version'],
    [`{${VERSIONS},"agents":null}`, 'agents'],
    [`{${VERSIONS},"agents":{}}`, 'agents'],
    [`{${VERSIONS},"agents":"x"}`, 'agents'],
    [`{${VERSIONS},"agents":["ok",1,null,[],true,{}]}`, 'agents[1]', 'agents[2]', 'agents[3]', 'agents[4]'],
    [`{"version":7,"agents":[0]}`, 'version', 'plugin_version', 'agents[0]'],
    ['{"__proto__":{"version":"x","plugin_version":"y"}}', 'version', 'plugin_version'],
  ] as const) {
    test(`${body.slice(0, 60)}: names ${problems.join(', ')}`, () => {
      const { status, error } = answered(body);
      assert.equal(status, '400 Bad Request');
      assert.equal(error?.code, 'invalid_body');
      assert.deepEqual(
        error.problems.map((problem) => problem.split(':')[0]),
        problems,
      );
      for (const problem of error.problems) assert.ok(error.message.includes(problem));
      for (const problem of error.problems) assert.match(problem, /: expected /);
    });
  }

  test('1,001 agents', () => {
    const { error } = answered(`{${VERSIONS},"agents":${JSON.stringify(Array(1_001).fill('a'))}}`);
    assert.deepEqual(error?.problems, ['agents: expected at most 1000 agents, got 1001']);
  });
});

/** A value with this many levels. */
const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);

describe('nesting', () => {
  // The body is level 1; an agent in `agents` is level 3.
  test('of 64 levels is accepted', () => {
    const agents = `[{"a":${nested(61)}}]`;
    assert.equal(answered(`{${VERSIONS},"agents":${agents}}`).metadata?.agentsJson, agents);
    assert.equal(answered(`{${VERSIONS},"x":${nested(63)}}`).status, '200 OK');
  });

  for (const [what, body] of [
    ['in an agent', `{${VERSIONS},"agents":[{"a":${nested(62)}}]}`],
    ['in a key that nobody knows', `{${VERSIONS},"x":${nested(64)}}`],
    ['of objects', `${'{"a":'.repeat(64)}{}${'}'.repeat(64)}`],
    ['of 30,000 levels', `{${VERSIONS},"x":${nested(30_000)}}`],
    ['without an end', '['.repeat(65_536)],
  ] as const) {
    test(`of more than 64 levels, ${what}: 400 names the limit`, () => {
      const { error } = answered(body);
      assert.equal(error?.code, 'invalid_body');
      assert.deepEqual(error.problems, ['body: expected arrays and objects nested at most 64 levels deep']);
    });
  }
});

describe('the cost of a push', () => {
  /** CPU time of one push in µs, the minimum of several attempts: other load only adds to it. */
  const costOf = (body: string): number => {
    const bytes = Buffer.from(body);
    let least = Number.POSITIVE_INFINITY;
    for (let attempt = 0; attempt < 20; attempt++) {
      const before = process.cpuUsage();
      for (let i = 0; i < 5; i++) answerPush(bytes, () => {});
      const { user, system } = process.cpuUsage(before);
      least = Math.min(least, (user + system) / 5);
    }
    return least;
  };
  const agents = Array.from({ length: 1_000 }, (_, id) => ({
    id,
    name: `an agent whose number is ${id}, as are others`,
  }));
  const good = `{${VERSIONS},"agents":${JSON.stringify(agents)}}`;

  for (const [what, body] of [
    ['arrays without an end', '['.repeat(65_536)],
    ['objects without an end', '{"a":'.repeat(13_107)],
    ['arrays nested as deep as fits', nested(32_768)],
    ['arrays nested in an agent', `{${VERSIONS},"agents":[{"a":${nested(32_000)}}]}`],
    ['1,000 wrong agents', `{${VERSIONS},"agents":[${'1,'.repeat(999)}1]}`],
    ['1,000 empty agents', `{${VERSIONS},"agents":[${'{},'.repeat(999)}{}]}`],
  ] as const) {
    test(`${what}: at most twice the cost of a good push of 64 KiB`, () => {
      assert.ok(good.length > 50_000 && good.length <= MAX_BODY_BYTES);
      const [bad, reference] = [costOf(body), costOf(good)];
      assert.ok(bad <= 2 * reference, `${bad} µs, a good push ${reference} µs`);
    });
  }

  test('the answer is short, however much is wrong', () => {
    for (const body of [
      `{"agents":[${'1,'.repeat(999)}1]}`,
      `{${VERSIONS},"agents":[${'null,'.repeat(13_000)}1]}`,
      `{"version":"${'x'.repeat(60_000)}","plugin_version":${'9'.repeat(5_000)}}`,
      `{${VERSIONS},"agents":${'9'.repeat(60_000)}}`,
      `{${VERSIONS},"agents":-1e999999}`,
      `{"version":"${'\\u0000'.repeat(10_000)}"}`,
      `{${Array.from({ length: 6_000 }, (_, i) => `"${i}":1`).join()}}`,
    ]) {
      const { status, body: answer } = answered(body);
      assert.equal(status, '400 Bad Request');
      assert.ok(answer.length < 4_096, `${answer.length} bytes for ${body.slice(0, 50)}`);
    }
  });

  test('the first 20 of 1,000 wrong agents are listed, and the rest are counted', () => {
    const { error } = answered(`{${VERSIONS},"agents":[${'1,'.repeat(999)}1]}`);
    assert.equal(error?.problems.length, 21);
    assert.equal(error.problems[19], 'agents[19]: expected a string or an object');
    assert.equal(error.problems[20], 'agents: expected strings or objects, got 980 more that are neither');
  });
});

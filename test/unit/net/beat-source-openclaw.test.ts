import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { OpenClawMetadata } from '../../../src/shared/messages.js';
import { BeatSource } from '../../../workers/net/beat-source.js';
import { FakeClock } from '../../support/fake-clock.js';
import { FrameSource } from '../../support/frames.js';
import { heartbeatSchema } from '../../support/heartbeat-schema.js';

const VERSIONS = { version: 'OpenClaw 2026.3.13 (61d171a)', pluginVersion: '0.2.0' };

function bodyWith(...pushes: OpenClawMetadata[]): string {
  const clock = new FakeClock();
  const frames = new FrameSource();
  const source = new BeatSource({
    frames: frames.reader(),
    diskFrames: frames.diskReader(),
    identifier: 'vps.t1',
    clock,
    extension: null,
  });
  frames.publish({ numbers: { sampled_mono_ms: clock.mono, mem_pct: 50 } });
  for (const push of pushes) source.setOpenClaw(push);
  return source.body()!;
}

describe("the plugin's part of a heartbeat", () => {
  it('is absent, with all three keys, when nothing was pushed', () => {
    assert.deepEqual(Object.keys(JSON.parse(bodyWith()) as object), ['identifier', 'mem_pct']);
  });

  it('is sent as it was pushed', () => {
    const beat = heartbeatSchema.parse(
      JSON.parse(bodyWith({ ...VERSIONS, agentsJson: '[{"id":"main"},"ops"]' })),
    );
    assert.equal(beat.openclaw_version, VERSIONS.version);
    assert.equal(beat.plugin_version, VERSIONS.pluginVersion);
    assert.deepEqual(beat.agents, [{ id: 'main' }, 'ops']);
  });

  it('has no agents when the push had none', () => {
    const keys = Object.keys(JSON.parse(bodyWith({ ...VERSIONS, agentsJson: null })) as object);
    assert.deepEqual(keys, ['identifier', 'openclaw_version', 'plugin_version', 'mem_pct']);
  });

  it('has an empty list of agents when the push had one', () => {
    assert.match(bodyWith({ ...VERSIONS, agentsJson: '[]' }), /"agents":\[\]/);
  });

  it('is that of the latest push, without remains of the previous one', () => {
    const beat = heartbeatSchema.parse(
      JSON.parse(
        bodyWith(
          { ...VERSIONS, agentsJson: '["old"]' },
          { version: '2', pluginVersion: '3', agentsJson: null },
        ),
      ),
    );
    assert.deepEqual([beat.openclaw_version, beat.plugin_version, beat.agents], ['2', '3', undefined]);
  });

  it('passes agents on byte for byte', () => {
    const agentsJson = `[{"__proto__":{"polluted":true},"constructor":1,"n":1e400},"\u2028 é \\ud800 名前",${'['.repeat(3_000)}${']'.repeat(3_000)}]`;
    assert.ok(bodyWith({ ...VERSIONS, agentsJson }).includes(`"agents":${agentsJson},`));
    assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
  });

  it('is valid and unchanged for any versions and agents', () => {
    const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(
        text,
        text,
        fc.array(fc.jsonValue(), { maxLength: 5 }),
        (version, pluginVersion, agents) => {
          const agentsJson = JSON.stringify(agents);
          const beat = JSON.parse(bodyWith({ version, pluginVersion, agentsJson })) as Record<
            string,
            unknown
          >;
          assert.equal(beat['openclaw_version'], version);
          assert.equal(beat['plugin_version'], pluginVersion);
          assert.equal(JSON.stringify(beat['agents']), JSON.stringify(JSON.parse(agentsJson)));
        },
      ),
    );
  });
});

import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import type { HeartbeatReport } from '../../../src/shared/messages.js';
import { BeatSource } from '../../../workers/net/beat-source.js';
import type { BeatOutcome } from '../../../workers/net/heartbeat-client.js';
import { HeartbeatLoop } from '../../../workers/net/heartbeat-loop.js';
import { FakeClock } from '../../support/fake-clock.js';
import { FrameSource } from '../../support/frames.js';
import { PlayedClient, PlayedSchedule, type Post } from '../../support/played-heartbeat.js';
import { until } from '../../support/until.js';

/** A test that takes this long has failed; a passing one takes far less. */
const LIMIT = { timeout: 60_000 };

/** Longer than any test: a wait of this length ends only by a wake-up. */
const FOR_EVER_MS = 2 ** 31 - 1;

function outcome(beatClass: BeatOutcome['class'], status: number | null): BeatOutcome {
  return { class: beatClass, status, detail: beatClass === 'accepted' ? null : 'bad', retryAfterMs: null };
}
const ACCEPTED = outcome('accepted', 200);
const REFUSED = outcome('unauthorized', 401);

function setUp(t: TestContext, { waitMs = 1, hasFrame = true } = {}) {
  const clock = new FakeClock();
  const frames = new FrameSource();
  const reports: HeartbeatReport[] = [];
  const client = new PlayedClient({ url: 'http://127.0.0.1:1/', apiKey: 'old', userAgent: 'u/1' });
  const schedule = new PlayedSchedule(waitMs);
  const source = new BeatSource({
    frames: frames.reader(),
    diskFrames: frames.diskReader(),
    identifier: 'vps.t1',
    clock,
    extension: null,
  });
  const loop = new HeartbeatLoop({
    client,
    source,
    schedule,
    clock,
    report: (report) => reports.push(report),
  });
  const publish = (numbers = {}) => frames.publish({ numbers: { sampled_mono_ms: clock.mono, ...numbers } });
  if (hasFrame) publish();
  const ended = loop.run();
  t.after(async () => {
    loop.stop();
    for (const post of client.posts) post.end(ACCEPTED);
    await ended.catch(() => {});
  });
  const post = (number: number) => until(`post ${number}`, () => client.posts[number - 1] ?? null);
  return { clock, client, schedule, loop, reports, publish, post, ended };
}

describe('the heartbeat loop', LIMIT, () => {
  it('sends nothing before the first valid sample', async (t) => {
    const begin = t.mock.method(BeatSource.prototype, 'begin');
    const { client, publish, post } = setUp(t, { hasFrame: false });
    publish({ valid: 0 });
    await until('a few looks', () => begin.mock.callCount() >= 3);
    assert.equal(client.posts.length, 0);
    publish();
    await post(1);
  });

  it('has at most one request in flight', async (t) => {
    const { client, loop, post } = setUp(t);
    for (let number = 1; number <= 20; number++) {
      const { end } = await post(number);
      loop.setApiKey(`key ${number}`);
      void setImmediate(number % 2 === 0 ? ACCEPTED : REFUSED).then(end);
    }
    await post(21);
    assert.equal(client.maxInFlight, 1);
  });

  it('reports the result and duration of each beat, and when the next is due', async (t) => {
    const { clock, schedule, reports, post } = setUp(t, { waitMs: FOR_EVER_MS });
    const { end } = await post(1);
    clock.advance(123);
    end(outcome('server_error', 500));
    await until('the report', () => reports.length > 0);
    assert.deepEqual(reports, [
      {
        type: 'result',
        class: 'server_error',
        status: 500,
        detail: 'bad',
        durationMs: 123,
        nextInMs: FOR_EVER_MS,
      },
    ]);
    assert.deepEqual(schedule.ends, [outcome('server_error', 500)]);
  });

  it('uses the latest numbers for each beat, and the mean CPU since the last accepted one', async (t) => {
    const { clock, publish, post } = setUp(t);
    const cpuOf = ({ body }: Post) => (JSON.parse(body) as { cpu_pct?: number }).cpu_pct;
    const step = (busy: number, total: number) => {
      clock.advance(1_000);
      publish({ cpu_busy_ticks: busy, cpu_total_ticks: total });
    };
    const first = await post(1);
    step(100, 100);
    first.end(ACCEPTED);
    const second = await post(2);
    assert.equal(cpuOf(second), 100);
    step(100, 200);
    second.end(outcome('timeout', null));
    const third = await post(3);
    assert.equal(cpuOf(third), 50);
    step(100, 300);
    third.end(ACCEPTED);
    assert.equal(cpuOf(await post(4)), 0);
  });
});

describe('a key that changes', LIMIT, () => {
  it('ends the wait after a refusal', async (t) => {
    const { client, schedule, loop, reports, post } = setUp(t, { waitMs: FOR_EVER_MS });
    (await post(1)).end(REFUSED);
    await until('the report', () => reports.length > 0);
    loop.setApiKey('new');
    await post(2);
    assert.equal(schedule.newKeys, 1);
    assert.equal(client.maxInFlight, 1);
  });

  it('ends no wait if it is the same as before', async (t) => {
    const { client, schedule, loop, reports, post } = setUp(t, { waitMs: FOR_EVER_MS });
    (await post(1)).end(REFUSED);
    await until('the report', () => reports.length > 0);
    loop.setApiKey('old');
    await setImmediate();
    assert.equal(schedule.newKeys, 0);
    loop.setApiKey('new');
    await post(2);
    assert.equal(schedule.newKeys, 1);
    assert.equal(client.posts.length, 2);
  });

  it('while a request is in flight ends the wait that follows, once', async (t) => {
    const { client, schedule, loop, reports, post } = setUp(t, { waitMs: FOR_EVER_MS });
    const first = await post(1);
    loop.setApiKey('new');
    first.end(REFUSED);
    (await post(2)).end(ACCEPTED);
    await until('the second report', () => reports.length === 2);
    assert.equal(schedule.newKeys, 1);
    assert.equal(client.posts.length, 2);
  });

  it('before the first sample does not block the first beat', async (t) => {
    const { loop, publish, post } = setUp(t, { hasFrame: false });
    loop.setApiKey('new');
    publish();
    await post(1);
  });
});

describe('a loop that is stopped', LIMIT, () => {
  it('ends while it waits, closes the connection and sends nothing more', async (t) => {
    const { client, loop, reports, post, ended } = setUp(t, { waitMs: FOR_EVER_MS });
    (await post(1)).end(ACCEPTED);
    await until('the report', () => reports.length > 0);
    loop.stop();
    await ended;
    assert.deepEqual([client.posts.length, client.closed], [1, 1]);
  });

  it('ends before the first sample', async (t) => {
    const { client, loop, ended } = setUp(t, { hasFrame: false });
    loop.stop();
    await ended;
    assert.equal(client.posts.length, 0);
  });

  it('lets the request in flight finish, and reports it', async (t) => {
    const { client, loop, reports, post, ended } = setUp(t);
    const { end, stop } = await post(1);
    loop.stop();
    assert.equal(client.closed, 0);
    assert.equal(stop.aborted, false);
    end(ACCEPTED);
    await ended;
    assert.deepEqual(
      reports.map((report) => report.class),
      ['accepted'],
    );
    assert.deepEqual([client.posts.length, client.closed], [1, 1]);
  });

  it('sends nothing more even if the key changed at the same time', async (t) => {
    const { client, loop, post, ended } = setUp(t);
    const { end } = await post(1);
    loop.setApiKey('new');
    loop.stop();
    end(REFUSED);
    await ended;
    assert.equal(client.posts.length, 1);
  });

  it('aborts a hanging request after two seconds', async (t) => {
    const { loop, post } = setUp(t);
    const { stop } = await post(1);
    t.mock.timers.enable({ apis: ['setTimeout'] });
    loop.stop();
    t.mock.timers.tick(1_999);
    assert.equal(stop.aborted, false);
    t.mock.timers.tick(1);
    assert.equal(stop.aborted, true);
  });
});

describe('a long-running loop', LIMIT, () => {
  it('derives no signal from a long-lived one, which Node 20 would leak', async (t) => {
    const any = t.mock.method(AbortSignal, 'any');
    const { post } = setUp(t);
    for (let number = 1; number <= 20; number++) (await post(number)).end(ACCEPTED);
    assert.equal(any.mock.callCount(), 0);
  });

  it('closes the connection when its source fails, and rejects with the error', async (t) => {
    t.mock.method(BeatSource.prototype, 'body', () => {
      throw new Error('torn');
    });
    const { client, ended } = setUp(t);
    await assert.rejects(ended, /torn/);
    assert.equal(client.closed, 1);
  });
});

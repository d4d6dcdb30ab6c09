import { type BeatOutcome, HeartbeatClient } from '../../workers/net/heartbeat-client.js';
import { type BeatEnd, BeatSchedule } from '../../workers/net/schedule.js';

/** A request that is on its way until the test lets it end. */
export interface Post {
  readonly body: string;
  readonly stop: AbortSignal;
  end(result: BeatOutcome): void;
}

/** The client with a network that the test plays. */
export class PlayedClient extends HeartbeatClient {
  readonly posts: Post[] = [];
  inFlight = 0;
  maxInFlight = 0;
  closed = 0;

  override post(body: string, stop: AbortSignal): Promise<BeatOutcome> {
    this.maxInFlight = Math.max(this.maxInFlight, ++this.inFlight);
    return new Promise((resolve) => {
      this.posts.push({
        body,
        stop,
        end: (result) => {
          this.inFlight--;
          resolve(result);
        },
      });
    });
  }

  override async close(): Promise<void> {
    this.closed++;
    await super.close();
  }
}

/** The schedule with waits that the test says. */
export class PlayedSchedule extends BeatSchedule {
  readonly ends: BeatEnd[] = [];
  newKeys = 0;
  waitMs: number;

  constructor(waitMs: number) {
    super({ identifier: 'vps.t1', intervalMs: 30_000, random: () => 0.5 });
    this.waitMs = waitMs;
  }
  override first(): number {
    return 0;
  }
  override after(end: BeatEnd): number {
    this.ends.push(end);
    return this.waitMs;
  }
  override afterNewKey(): number {
    this.newKeys++;
    return 0;
  }
}

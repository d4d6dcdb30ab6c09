import { readFileSync } from 'node:fs';
import { Faults } from './bridge/faults.js';
import { createGuard } from './bridge/guard.js';
import { HistoryRoute } from './bridge/history.js';
import { PageRoute } from './bridge/page.js';
import { createRoutes, type Routes } from './bridge/routes.js';
import { TelemetryRoute } from './bridge/telemetry.js';
import type { Conditions } from './conditions.js';
import type { Config } from './config.js';
import { answerHealth } from './health.js';
import { Metrics, type MetricsSources } from './metrics/metrics.js';
import { pageFile } from './page-file.js';
import type { Clock } from './shared/clock.js';
import type { OpenClawMetadata } from './shared/messages.js';
import { RecorderReader } from './shared/recorder.js';

/** Creates all routes of the daemon's bridge. `pushed` is called for each accepted push. Thread: main. */
export function createDaemonRoutes(options: {
  readonly config: Config;
  readonly shared: SharedArrayBuffer;
  readonly sources: MetricsSources;
  readonly conditions: Conditions;
  readonly clock: Clock;
  readonly pushed: (metadata: OpenClawMetadata) => void;
}): Routes {
  const { config, shared, sources, conditions, clock, pushed } = options;
  const { frames, diskFrames } = sources;
  const monoMs = () => clock.monoMs();
  const metrics = new Metrics(sources);
  const history = new HistoryRoute({ ...config, recorder: new RecorderReader(shared), frames, clock });
  return createRoutes({
    guard: createGuard(config.bridgeToken),
    telemetry: new TelemetryRoute({ ...config, frames, diskFrames, clock }),
    page: config.page ? new PageRoute(() => readFileSync(pageFile())) : null,
    health: () => answerHealth(sources),
    metrics: (request) => metrics.answer(request),
    history: (request) => history.answer(request),
    pushed,
    faults: new Faults({ conditions, monoMs }),
    monoMs,
  });
}

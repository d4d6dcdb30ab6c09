import { type Answer, OK } from '../bridge/answer.js';
import type { Headers } from '../bridge/guard.js';
import type { HealthSources } from '../health.js';
import { T } from '../shared/fields.js';
import type { FrameReader } from '../shared/frame-store.js';
import { isFrameFresh } from '../shared/pace.js';
import { CpuSeconds } from './cpu-seconds.js';
import { cpuDetailFamilies, pressureFamilies } from './detail-families.js';
import { FORMATS, info, renderFamilies, single } from './exposition.js';
import { collectorFamilies, hostFamilies } from './host-families.js';
import { chooseFormat } from './negotiate.js';
import { exchangeFamilies, processFamilies, samplerFamilies } from './own-families.js';

const VARY: Answer['headers'] = [['vary', 'accept']];

/** The inputs of /metrics: those of /health, and the start of the process in seconds since the epoch. */
export interface MetricsSources extends HealthSources {
  readonly startWallSeconds: number;
}

/**
 * `GET /metrics`, for Prometheus. Always answers 200 with what is known: alerts need data, most of all when nothing is sampled. The host's
 * values are present only while /telemetry would serve them. Unknown values are left out. Thread: main.
 */
export class Metrics {
  readonly #sources: MetricsSources;
  readonly #cpuSeconds = new CpuSeconds();

  constructor(sources: MetricsSources) {
    this.#sources = sources;
  }

  answer(request: Headers): Answer {
    const sources = this.#sources;
    const nowMs = sources.monoMs();
    const n = copyOf(sources.frames);
    const disk = copyOf(sources.diskFrames);
    const isFresh = n !== null && isFrameFresh(n, nowMs);
    const families = [
      info('harborforge_build', 'What the Monitor is.', {
        version: sources.version,
        node: process.versions.node,
        transport: sources.transport() ?? '',
      }),
      info('harborforge_host', 'What this host is called at the backend.', {
        identifier: sources.identifier,
      }),
      single(
        'gauge',
        'harborforge_up',
        'Whether there is a valid and fresh sample; 0: no value of the host is told.',
        Number(isFresh),
      ),
      single(
        'gauge',
        'harborforge_sample_age_seconds',
        'How long ago the newest sample was taken.',
        n === null ? null : Math.max(0, nowMs - n[T.sampled_mono_ms]!) / 1000,
      ),
      single('gauge', 'harborforge_problems', 'Problems that /health names.', sources.problems().length),
      ...(isFresh
        ? [...hostFamilies(n, this.#cpuSeconds), ...cpuDetailFamilies(n), ...pressureFamilies(n)]
        : []),
      ...collectorFamilies(n, disk, isFresh, nowMs),
      ...samplerFamilies(sources, n, disk),
      ...exchangeFamilies(sources, nowMs),
      ...processFamilies(sources.startWallSeconds),
    ];
    const format = chooseFormat(request.getHeader('accept'));
    return {
      status: OK,
      headers: VARY,
      contentType: FORMATS[format],
      body: renderFamilies(families, format),
    };
  }
}

/** A copy of the newest frame's numbers, valid after the frame is released; null before the first frame. */
function copyOf(frames: FrameReader): Float64Array | null {
  return frames.read(({ numbers }) => Float64Array.from(numbers));
}

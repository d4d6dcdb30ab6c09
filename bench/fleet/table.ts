import { digits } from '../report.js';
import type { Finding, PhaseFinding } from './measure.js';

/** The findings as one aligned table of at most 99 columns. */
export function renderTable(findings: readonly Finding[]): string {
  const lines = [
    line('requests per second at the backend', 'mean', 'peak', 'over mean', 'target', 'verdict'),
  ];
  for (const finding of findings) {
    lines.push('', finding.name);
    for (const phase of finding.phases) lines.push(renderPhase(phase));
    const { half, p99, all } = finding.heardAfterSeconds;
    lines.push(
      `  hosts heard of: half after ${seconds(half)}, 99 % after ${seconds(p99)}, all after ${seconds(all)}; ` +
        `longest silence ${seconds(finding.longestSilenceSeconds)}`,
    );
    if (finding.tooEarly > 0)
      lines.push(`  MISSED: ${finding.tooEarly} requests came sooner than was asked for`);
  }
  return lines.join('\n');
}

function renderPhase({ name, meanRps, peakRps, peakOverMean, limit, met }: PhaseFinding): string {
  return line(
    `  ${name}`,
    digits(meanRps),
    digits(peakRps),
    peakOverMean.toFixed(2),
    `≤ ${limit}`,
    met ? 'met' : 'MISSED',
  );
}

function line(what: string, mean: string, peak: string, ratio: string, target: string, met: string): string {
  return `${what.padEnd(46)} ${mean.padStart(9)} ${peak.padStart(9)} ${ratio.padStart(10)}  ${target.padEnd(7)} ${met}`;
}

function seconds(value: number): string {
  return Number.isFinite(value) ? `${Math.round(value)} s` : 'never';
}

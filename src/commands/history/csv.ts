import type { HistoryAnswer } from './answer.js';

/**
 * The points as CSV (RFC 4180, with line feeds): a line of names, then a line for each point, its time in ISO 8601 and UTC. What is unknown is
 * empty. Nothing in it needs quotes.
 */
export function renderCsv({ columns, time_ms, mean, max }: HistoryAnswer): string {
  const values = columns.flatMap((name) => [mean[name], max[name]]);
  const names = columns.flatMap((name) => [`${name}_mean`, `${name}_max`]);
  const lines = time_ms.map((timeMs, point) =>
    [new Date(timeMs).toISOString(), ...values.map((each) => each?.[point] ?? '')].join(','),
  );
  return `${[['time', ...names].join(','), ...lines].join('\n')}\n`;
}

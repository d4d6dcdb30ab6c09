import type { Results } from './figures.js';
import { type Bar, type Panel, panelsOf } from './svg-panels.js';

const WIDTH = 920;
const MARGIN = 20;
const PANEL_WIDTH = 430;
const PANEL_GAP = 20;
const HEADER = 60;
const TITLE_HEIGHT = 34;
const AXIS_HEIGHT = 18;
const BAR_HEIGHT = 15;
const BAR_PITCH = 21;
const LABEL_WIDTH = 208;
const VALUE_WIDTH = 76;
const BAR_WIDTH = PANEL_WIDTH - LABEL_WIDTH - VALUE_WIDTH;
const LINE_HEIGHT = 16;
const CAPTION_CHARS = 150;
/** So many powers of ten have a line. */
const MAX_GRID_LINES = 5;

const STYLE = `
  .page { fill: #ffffff; stroke: #d0d7de; }
  .grid { stroke: #d8dee4; }
  text { font: 12px system-ui, -apple-system, "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif; fill: #1f2328; }
  .heading { font-size: 17px; font-weight: 600; }
  .title { font-size: 13px; font-weight: 600; }
  .faint { fill: #59636e; font-size: 11px; }
  text.own { font-weight: 600; }
  rect.own { fill: #0969da; }
  rect.floor { fill: #1a7f37; }
  rect.peer { fill: #a0a9b3; }
  @media (prefers-color-scheme: dark) {
    .page { fill: #0d1117; stroke: #30363d; }
    .grid { stroke: #30363d; }
    text { fill: #e6edf3; }
    .faint { fill: #9198a1; }
    rect.own { fill: #4493f8; }
    rect.floor { fill: #3fb950; }
    rect.peer { fill: #6e7681; }
  }
`;

/** Draws a run as SVG, from its JSON alone: bars on logarithmic scales, on a ground of its own that follows the reader's theme. */
export function drawPeers(results: Results): string {
  const panels = panelsOf(results);
  const parts: string[] = [];
  let top = HEADER;
  for (let i = 0; i < panels.length; i += 2) {
    const pair = panels.slice(i, i + 2);
    pair.forEach((panel, column) => {
      parts.push(...drawPanel(panel, MARGIN + column * (PANEL_WIDTH + PANEL_GAP), top));
    });
    const most = Math.max(...pair.map(({ bars }) => bars.length));
    top += TITLE_HEIGHT + BAR_PITCH * most + AXIS_HEIGHT + PANEL_GAP;
  }
  for (const line of captionOf(results)) {
    parts.push(text(MARGIN, top, line, 'faint'));
    top += LINE_HEIGHT;
  }
  const height = top + LINE_HEIGHT / 2;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="What the HarborForge Monitor costs, beside its peers">
<style>${STYLE}</style>
<rect class="page" x="0.5" y="0.5" width="${WIDTH - 1}" height="${height - 1}" rx="8"/>
${text(MARGIN, 30, 'What a host pays for its telemetry', 'heading')}
${text(MARGIN, 48, 'The same telemetry set on the same machine in the same run. Logarithmic scales; shorter is better.', 'faint')}
${parts.join('\n')}
</svg>
`;
}

function drawPanel({ title, unit, bars }: Panel, left: number, top: number): string[] {
  const logs = bars.map(({ value }) => Math.log10(value));
  const least = Math.floor(Math.min(...logs) - 0.1);
  const span = Math.max(...logs) - least;
  const barLeft = left + LABEL_WIDTH;
  const barsTop = top + TITLE_HEIGHT;
  const barsBottom = barsTop + BAR_PITCH * bars.length;
  const parts = [text(left, top + 20, title, 'title')];
  const step = Math.ceil(span / MAX_GRID_LINES);
  for (let decade = least; decade <= least + span; decade += step) {
    const x = barLeft + ((decade - least) / span) * BAR_WIDTH;
    parts.push(
      `<line class="grid" x1="${x.toFixed(1)}" x2="${x.toFixed(1)}" y1="${barsTop - 4}" y2="${barsBottom}"/>`,
      text(x, barsBottom + 12, digits(10 ** decade), 'faint', 'middle'),
    );
  }
  bars.forEach(({ label, value, kind }: Bar, i) => {
    const y = barsTop + i * BAR_PITCH;
    const width = ((logs[i]! - least) / span) * BAR_WIDTH;
    parts.push(
      text(barLeft - 8, y + 12, label, kind, 'end'),
      `<rect class="${kind}" x="${barLeft}" y="${y}" width="${width.toFixed(1)}" height="${BAR_HEIGHT}" rx="2"/>`,
      text(barLeft + width + 6, y + 12, `${digits(value)} ${unit}`, kind),
    );
  });
  return parts;
}

/** Where and when, and which versions. */
function captionOf({ machine, peers, seconds, quick }: Results): string[] {
  const versions = peers.flatMap(({ project, version, skipped }) => {
    return skipped === null ? [`${project} ${version ?? ''}`.trim()] : [];
  });
  const date = machine.date.slice(0, 10);
  const lines = [
    `npm run bench:peers, ${quick ? 'quick, ' : ''}${seconds} s, ${date}, on ${machine.cpu}, ${machine.cores} cores, Linux ${machine.kernel}`,
  ];
  let line = '';
  for (const version of new Set(versions)) {
    if (line !== '' && line.length + version.length > CAPTION_CHARS) {
      lines.push(`${line},`);
      line = '';
    }
    line += line === '' ? version : `, ${version}`;
  }
  return [...lines, line];
}

function text(x: number, y: number, words: string, kind: string, anchor?: 'middle' | 'end'): string {
  const attribute = anchor === undefined ? '' : ` text-anchor="${anchor}"`;
  const escaped = words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return `<text class="${kind}" x="${x.toFixed(1)}" y="${y.toFixed(1)}"${attribute}>${escaped}</text>`;
}

/** Two digits or three, thousands apart. */
function digits(value: number): string {
  const rounded = Number(value.toPrecision(value >= 100 ? 3 : 2));
  return rounded.toLocaleString('en-US', { maximumFractionDigits: 6 });
}

import { bar, sparkline } from './bars.js';
import { Canvas, STYLE, type Style } from './canvas.js';
import type { Reading, Snapshot } from './feed.js';
import { printable } from './printable.js';
import type { Gauge, View } from './view.js';

const LABEL_WIDTH = 8;
const VALUE_WIDTH = 8;
/** With less than this for bar and sparkline together there is no sparkline. */
const LEAST_FOR_BOTH = 16;
const WARNING_SHARE = 0.75;
const BAD_SHARE = 0.9;
/** A sample this old is not what the host is like now. */
const OLD_MS = 2_000;

/** A row of the view. Where there is not room for all, those of a high `rank` are left out. */
interface Row {
  readonly rank: number;
  draw(canvas: Canvas, row: number): void;
}

/** What is drawn, and when. */
export interface Scene {
  /** Null before the first sample. */
  readonly reading: Reading | null;
  readonly view: View;
  readonly nowMonoMs: number;
  readonly hasBlocks: boolean;
}

/** Draws the view for a terminal of this size, however small that is. */
export function compose(scene: Scene, columns: number, rows: number): Canvas {
  const canvas = new Canvas(columns, rows);
  const all = scene.reading === null ? [waiting()] : rowsOf(scene, scene.reading);
  const ranks = all.map(({ rank }) => rank).sort((one, other) => one - other);
  const last = ranks[Math.min(rows, ranks.length) - 1] ?? 0;
  all
    .filter(({ rank }) => rank <= last)
    .slice(0, rows)
    .forEach((row, index) => {
      row.draw(canvas, index);
    });
  return canvas;
}

/** Each rank is given once, so that what is left out is clear. */
function rowsOf(scene: Scene, reading: Reading): Row[] {
  const { view, hasBlocks } = scene;
  const { snapshot } = reading;
  const [cpu, burst, core, memory, swap, disk, load] = view.gauges(reading);
  const pressures = view.pressureGauges(reading);
  const gauge = (rank: number, of: Gauge | undefined): Row[] =>
    of === undefined ? [] : [{ rank, draw: (canvas, row) => drawGauge(canvas, row, of, hasBlocks) }];
  const blank = (rank: number): Row => ({ rank, draw: () => {} });
  return [
    { rank: 6, draw: (canvas, row) => drawHeader(canvas, row, snapshot, hasBlocks) },
    blank(16),
    ...gauge(1, cpu),
    ...gauge(12, burst),
    ...gauge(13, core),
    ...gauge(2, memory),
    ...gauge(5, swap),
    ...gauge(3, disk),
    ...gauge(4, load),
    blank(15),
    ...(pressures === null
      ? [text(8, 'PSI     not supported by this kernel', STYLE.faint)]
      : pressures.flatMap((each, index) => gauge(8 + index, each))),
    blank(17),
    text(11, describeNginx(snapshot, hasBlocks)),
    blank(14),
    { rank: 7, draw: (canvas, row) => drawFooter(canvas, row, scene, reading) },
  ];
}

function waiting(): Row {
  return text(1, 'Waiting for the first sample', STYLE.faint);
}

function text(rank: number, content: string, style: Style = STYLE.plain): Row {
  return { rank, draw: (canvas, row) => void canvas.put(row, 1, content, style) };
}

function drawHeader(canvas: Canvas, row: number, snapshot: Snapshot, isUnicode: boolean): void {
  const { identifier, uptime_seconds: uptime, load_avg: load } = snapshot;
  const name = printable(identifier, isUnicode);
  const facts = [
    uptime === null ? 'uptime ?' : `up ${describeUptime(uptime)}`,
    load === null ? 'load ?' : `load ${load.map((each) => each.toFixed(2)).join(' ')}`,
    `${snapshot.sampled_at.slice(11, 19)} UTC`,
  ];
  // What does not fit beside the name is left out, the time of day first.
  while (facts.length > 0 && name.length + facts.join('  ').length + 4 > canvas.columns) facts.pop();
  canvas.put(row, 1, name, STYLE.strong);
  if (facts.length > 0) canvas.putRight(row, `${facts.join('  ')} `, STYLE.plain);
}

function drawGauge(canvas: Canvas, row: number, gauge: Gauge, hasBlocks: boolean): void {
  canvas.put(row, 1, gauge.label);
  const style = styleOf(gauge);
  const room = canvas.columns - 1 - LABEL_WIDTH - VALUE_WIDTH - 2;
  const barWidth = room >= LEAST_FOR_BOTH ? Math.min(30, Math.floor(room * 0.45)) : Math.max(0, room - 2);
  let column = 1 + LABEL_WIDTH;
  if (barWidth > 0) {
    column = canvas.put(row, column, '[', STYLE.faint);
    column = canvas.put(row, column, bar(gauge.share, barWidth, hasBlocks), style);
    column = canvas.put(row, column, ']', STYLE.faint);
  }
  column = canvas.put(row, column, gauge.text.padStart(VALUE_WIDTH), style) + 1;
  if (room < LEAST_FOR_BOTH) return;
  if (gauge.staleSeconds !== null) {
    canvas.put(row, column, `no new value for ${Math.round(gauge.staleSeconds)} s`, STYLE.warning);
    return;
  }
  const values = gauge.history.columns(canvas.columns - 1 - column);
  const known = values.filter((value) => !Number.isNaN(value));
  canvas.put(row, column, sparkline(values, Math.max(gauge.most, ...known), hasBlocks), STYLE.faint);
}

function styleOf({ share, isAlarming }: Gauge): Style {
  if (Number.isNaN(share)) return STYLE.faint;
  if (share >= BAD_SHARE && isAlarming) return STYLE.bad;
  return share >= WARNING_SHARE ? STYLE.warning : STYLE.good;
}

function describeNginx(
  { nginx_installed: installed, nginx_sites: sites }: Snapshot,
  isUnicode: boolean,
): string {
  const label = 'nginx'.padEnd(LABEL_WIDTH);
  if (installed === null) return `${label}not known yet`;
  if (!installed) return `${label}not installed`;
  if (sites === null) return `${label}installed, its sites are not known`;
  if (sites.length === 0) return `${label}installed, no site`;
  const names = sites.map((site) => printable(site, isUnicode)).join(', ');
  return `${label}${sites.length === 1 ? '1 site' : `${sites.length} sites`}: ${names}`;
}

function drawFooter(canvas: Canvas, row: number, scene: Scene, { snapshot, atMonoMs }: Reading): void {
  const ageMs = Math.max(0, scene.nowMonoMs - atMonoMs);
  const isOld = ageMs > OLD_MS + snapshot.sampling.interval_ms;
  const age = isOld ? `${(ageMs / 1000).toFixed(1)} s` : `${Math.round(ageMs / 10) * 10} ms`;
  const interval = `every ${snapshot.sampling.interval_ms} ms`;
  const column = canvas.put(row, 1, `sample ${age} old`, isOld ? STYLE.bad : STYLE.faint);
  if (column + interval.length + 9 <= canvas.columns) canvas.put(row, column, `, ${interval}`, STYLE.faint);
  if (column + 9 <= canvas.columns) canvas.putRight(row, ' q quits ', STYLE.faint);
}

/** Such as `12 d 03:14`. */
export function describeUptime(seconds: number): string {
  const days = Math.floor(seconds / 86_400);
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
  const time = `${two((seconds % 86_400) / 3600)}:${two((seconds % 3600) / 60)}`;
  return days === 0 ? `${time}:${two(seconds % 60)}` : `${days} d ${time}`;
}

import type { Colours } from './chart.js';
import { Charts } from './charts.js';
import type { Facts } from './facts.js';
import { Fields } from './fields.js';
import { ageText, figuresOf, missingPressure } from './figures.js';
import { timeOfDay } from './format.js';
import type { Reading } from './reading.js';
import type { Series } from './series.js';
import { announcement, type Status } from './status-text.js';

/** Texts that change faster than this are only noise. */
const TEXT_EVERY_MS = 200;
const CAPTION_EVERY_MS = 1_000;
/** Where things are not to move. */
const CALM_DRAW_EVERY_MS = 1_000;
const SHARES = ['user', 'system', 'iowait', 'steal'] as const;
const NAME = 'HarborForge Monitor';

/** Shows what is known in the document: charts at most once a frame, texts a few times a second. */
export class View {
  readonly #root: Document;
  readonly #fields: Fields;
  readonly #charts: Charts;
  readonly #calm = matchMedia('(prefers-reduced-motion: reduce)');
  #series: Series;
  #reading: Reading | null = null;
  #isAsked = false;
  #identifier = '';
  #isOther = true;
  /** The newest sample came too soon after the one before to be written: it is when the state is looked at, if none has come by then. */
  #isUnwritten = false;
  #textAtMs = Number.NEGATIVE_INFINITY;
  #captionAtMs = Number.NEGATIVE_INFINITY;

  constructor(root: Document, colours: Colours, series: Series) {
    this.#root = root;
    this.#series = series;
    this.#fields = new Fields(root);
    this.#charts = new Charts(root, colours, series);
    this.showSeries(series);
    this.#fields.set('time_zone', `Times are those of this browser (${timeZone()})`);
  }

  /** A new sample, which is in the series that is shown. */
  showReading(reading: Reading): void {
    this.#reading = reading;
    this.#identifier = reading.identifier;
    this.#isUnwritten = true;
    this.#draw();
  }

  /** Has the charts show this series, or other points of it than before: to be drawn at once. */
  showSeries(series: Series): void {
    this.#series = series;
    this.#isOther = true;
    this.#captionAtMs = Number.NEGATIVE_INFINITY;
    this.#draw();
  }

  showFacts(facts: Facts): void {
    this.#identifier = facts.identifier;
    this.#fields.set('identifier', facts.identifier);
    this.#fields.setAll(facts.texts);
  }

  showStatus(status: Status): void {
    if (this.#isUnwritten) this.#draw();
    const { dataset } = this.#root.documentElement;
    dataset['level'] = status.level;
    if (status.isOld) dataset['old'] = '';
    else delete dataset['old'];
    this.#fields.set('state', status.state);
    this.#fields.set('state_detail', status.detail);
    const title = [status.state === 'Live' ? '' : status.state, this.#identifier, NAME]
      .filter((part) => part !== '')
      .join(' · ');
    if (this.#root.title !== title) this.#root.title = title;
    this.#fields.set('announcement', announcement(status));
  }

  recolour(): void {
    this.#charts.recolour();
  }

  #draw(): void {
    if (this.#isAsked) return;
    this.#isAsked = true;
    requestAnimationFrame((nowMs) => {
      this.#isAsked = false;
      if (this.#isUnwritten && nowMs - this.#textAtMs >= TEXT_EVERY_MS) {
        this.#isUnwritten = false;
        this.#textAtMs = nowMs;
        this.#write();
      }
      if (this.#isOther) this.#charts.refresh(this.#series);
      else this.#charts.draw(this.#calm.matches ? CALM_DRAW_EVERY_MS : 0);
      this.#isOther = false;
      if (nowMs - this.#captionAtMs >= CAPTION_EVERY_MS) {
        this.#captionAtMs = nowMs;
        this.#charts.describe();
      }
    });
  }

  #write(): void {
    const reading = this.#reading;
    if (reading === null) return;
    this.#fields.setAll(figuresOf(reading));
    this.#charts.setMissing('pressure', missingPressure(reading));
    this.#fields.set('sampled_at', `newest sample ${timeOfDay(reading.sampledAtMs, true)}`);
    const shares = [reading.userPct, reading.systemPct, reading.iowaitPct, reading.stealPct];
    SHARES.forEach((name, i) => {
      const part = this.#root.querySelector<HTMLElement>(`[data-share="${name}"]`);
      part?.style.setProperty('width', `${shares[i] ?? 0}%`);
    });
    for (const badge of this.#root.querySelectorAll<HTMLElement>('[data-age]')) {
      const text = ageText(reading.stale, (badge.dataset['age'] ?? '').split(' '));
      if (badge.textContent !== text) badge.textContent = text;
    }
  }
}

/** `UTC+01:00`. */
function timeZone(): string {
  const minutes = -new Date().getTimezoneOffset();
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  return `UTC${minutes < 0 ? '−' : '+'}${two(Math.abs(minutes) / 60)}:${two(Math.abs(minutes) % 60)}`;
}

import { type Facts, readHealth } from './facts.js';
import { textAt } from './json.js';
import { Link } from './link.js';
import { readHistory } from './past.js';
import { PastWanted } from './past-wanted.js';
import { type BridgeAnswer, Poller } from './poller.js';
import { readTelemetry } from './reading.js';
import { type Minutes, RANGES, Recording } from './recording.js';
import { statusOf } from './status-text.js';
import { askBridge, storageOf, wait } from './surroundings.js';
import { Theme } from './theme.js';
import { Token } from './token.js';
import { TokenForm } from './token-form.js';
import { View } from './view.js';

const LOOK_EVERY_MS = 250;

/** The page: asks the bridge for as long as somebody looks, and shows what comes. */
export class App {
  readonly #root: Document;
  readonly #token = new Token(storageOf('sessionStorage'));
  readonly #form: TokenForm;
  readonly #recording = new Recording();
  readonly #past = new PastWanted();
  readonly #link = new Link(performance.now());
  readonly #poller: Poller;
  readonly #view: View;
  #minutes: Minutes = 1;
  /** Of which the past was asked for last. */
  #minutesAsked: Minutes = 1;
  #intervalMs = 50;
  #facts: Facts | null = null;
  #isPaused = false;
  /** The bridge wants a token, and none was given since it said so. */
  #isLocked = false;
  #wasLive = false;
  #looker: ReturnType<typeof setInterval> | null = null;

  constructor(root: Document) {
    this.#root = root;
    const theme = new Theme(root.querySelector<HTMLElement>('#theme')!, storageOf('localStorage'), () =>
      this.#view.recolour(),
    );
    this.#view = new View(root, theme.colour, this.#recording.of(this.#minutes));
    this.#form = new TokenForm(root, (token) => {
      this.#token.set(token);
      this.#isLocked = false;
      this.#poller.start();
    });
    this.#poller = new Poller({
      ask: (path, signal) => askBridge(path, this.#token.headers, signal),
      nowMs: () => performance.now(),
      wait,
      onTelemetry: (answer) => this.#takeTelemetry(answer),
      onHealth: ({ json }) => this.#takeHealth(json),
      historyPath: () => this.#pathOfPast(),
      onHistory: (answer) => this.#takeHistory(answer),
    });
  }

  start(): void {
    for (const button of this.#root.querySelectorAll<HTMLElement>('[data-range]'))
      button.addEventListener('click', () => this.#choose(Number(button.dataset['range'])));
    this.#root.querySelector('#pause')?.addEventListener('click', () => {
      this.#isPaused = !this.#isPaused;
      this.#goOnOrNot();
    });
    this.#root.addEventListener('visibilitychange', () => this.#goOnOrNot());
    this.#goOnOrNot();
  }

  /** Asks while somebody looks and wants to see more, and else does nothing at all. */
  #goOnOrNot(): void {
    const isVisible = this.#root.visibilityState === 'visible';
    const label = this.#root.querySelector('#pause span');
    if (label !== null) label.textContent = this.#isPaused ? 'Go on' : 'Pause';
    if (isVisible) this.#looker ??= setInterval(() => this.#look(), LOOK_EVERY_MS);
    else if (this.#looker !== null) {
      clearInterval(this.#looker);
      this.#looker = null;
    }
    if (!isVisible || this.#isPaused) this.#poller.stop();
    else if (!this.#poller.isRunning && !this.#isLocked) {
      this.#link.resumed(performance.now());
      this.#past.want();
      this.#poller.start();
    }
    this.#look();
  }

  #choose(minutes: number): void {
    const range = RANGES.find((each) => each.minutes === minutes);
    if (range === undefined) return;
    this.#minutes = range.minutes;
    for (const button of this.#root.querySelectorAll<HTMLElement>('[data-range]'))
      button.ariaPressed = String(Number(button.dataset['range']) === minutes);
    this.#past.want();
    this.#view.showSeries(this.#recording.of(this.#minutes));
    if (this.#isPaused) void this.#askForPast();
  }

  #pathOfPast(): string | null {
    const path = this.#past.path(this.#minutes, performance.now());
    if (path !== null) this.#minutesAsked = this.#minutes;
    return path;
  }

  /** While it is paused nobody else does. */
  async #askForPast(): Promise<void> {
    for (let path = this.#pathOfPast(); path !== null; path = this.#pathOfPast())
      this.#takeHistory(await this.#poller.ask(path));
  }

  #takeTelemetry(answer: BridgeAnswer | null): number | null {
    const nowMs = performance.now();
    const reading = answer?.status === 200 ? readTelemetry(answer.json) : null;
    if (reading === null) {
      this.#takeFailure(answer, nowMs);
      return null;
    }
    this.#form.close();
    const intervalMs = reading.intervalMs ?? this.#intervalMs;
    this.#intervalMs = intervalMs;
    if (!this.#link.sampled(reading.sampledAtMs, intervalMs, nowMs)) return intervalMs;
    const missing = this.#recording.add(reading, nowMs);
    if (!this.#wasLive) this.#past.forget();
    else if (missing === 'gap') this.#past.want();
    else if (missing === 'peaks') this.#past.missedPeaks();
    this.#wasLive = true;
    this.#view.showReading(reading);
    return intervalMs;
  }

  #takeFailure(answer: BridgeAnswer | null, nowMs: number): void {
    this.#wasLive = false;
    if (answer === null) this.#link.failed({ type: 'network' }, nowMs);
    else {
      const message = textAt(answer.json, 'error', 'message') ?? '';
      this.#link.failed({ type: 'status', status: answer.status, message }, nowMs);
    }
    if (answer?.status === 401) {
      this.#poller.stop();
      this.#isLocked = true;
      this.#form.open(this.#token.isThere);
      this.#token.forget();
    }
    this.#look();
  }

  #takeHealth(json: unknown): void {
    const facts = readHealth(json);
    if (facts === null) return;
    this.#facts = facts;
    this.#view.showFacts(facts);
  }

  #takeHistory(answer: BridgeAnswer | null): void {
    const isPast = this.#past.answered(answer?.status ?? null, performance.now());
    const points = isPast ? readHistory(answer?.json) : null;
    if (points === null || points.timesMs.length === 0) return;
    this.#recording.of(this.#minutesAsked).load(points);
    this.#view.showSeries(this.#recording.of(this.#minutes));
  }

  #look(): void {
    this.#view.showStatus(
      statusOf({
        look: this.#link.look(performance.now()),
        isPaused: this.#isPaused,
        problems: this.#facts?.problems ?? [],
        intervalMs: this.#intervalMs,
      }),
    );
  }
}

import type { Colours } from './chart.js';

const CHOICES = ['auto', 'light', 'dark'] as const;
type Choice = (typeof CHOICES)[number];
const KEY = 'harborforge-monitor-theme';

/** The colours of the page: those that the system prefers, or those that were chosen with the button, which is remembered. */
export class Theme {
  readonly #label: HTMLElement;
  readonly #probe: HTMLElement;
  readonly #storage: Storage | null;
  readonly #colours = new Map<string, string>();
  #choice: Choice;

  /** `changed` is called when the colours are others than before. */
  constructor(button: HTMLElement, storage: Storage | null, changed: () => void) {
    this.#label = button.querySelector('span') ?? button;
    this.#storage = storage;
    this.#probe = document.createElement('i');
    this.#probe.hidden = true;
    this.#probe.className = 'probe';
    document.body.append(this.#probe);
    const kept = storage?.getItem(KEY);
    this.#choice = CHOICES.find((choice) => choice === kept) ?? 'auto';
    const apply = (): void => {
      this.#apply();
      changed();
    };
    button.addEventListener('click', () => {
      this.#choice = CHOICES[(CHOICES.indexOf(this.#choice) + 1) % CHOICES.length]!;
      this.#storage?.setItem(KEY, this.#choice);
      apply();
    });
    for (const query of ['(prefers-color-scheme: dark)', '(forced-colors: active)'])
      matchMedia(query).addEventListener('change', apply);
    this.#apply();
  }

  /** What a custom property stands for now, as a canvas takes it. */
  readonly colour: Colours = (name) => {
    const known = this.#colours.get(name);
    if (known !== undefined) return known;
    this.#probe.style.color = `var(${name})`;
    const { color } = getComputedStyle(this.#probe);
    this.#colours.set(name, color);
    return color;
  };

  #apply(): void {
    this.#colours.clear();
    document.documentElement.dataset['theme'] = this.#choice;
    this.#label.replaceChildren(roomy('Theme: '), this.#choice);
  }
}

/** Left out to the eye where there is little room, and part of the name all the same. */
function roomy(text: string): HTMLElement {
  const span = document.createElement('span');
  span.className = 'roomy';
  span.textContent = text;
  return span;
}

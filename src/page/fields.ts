import { NOT_TOLD, UNKNOWN } from './format.js';

/** The texts of the document, each in the elements with its name in `data-value`. Touches an element only when its text changes. */
export class Fields {
  readonly #elements = new Map<string, HTMLElement[]>();
  readonly #texts = new Map<string, string>();

  constructor(root: ParentNode) {
    for (const element of root.querySelectorAll<HTMLElement>('[data-value]')) {
      const name = element.dataset['value'] ?? '';
      this.#elements.set(name, [...(this.#elements.get(name) ?? []), element]);
    }
  }

  set(name: string, text: string): void {
    if (this.#texts.get(name) === text) return;
    this.#texts.set(name, text);
    for (const element of this.#elements.get(name) ?? []) {
      element.textContent = text;
      element.classList.toggle('is-unknown', text === UNKNOWN || text === NOT_TOLD);
    }
  }

  setAll(texts: Readonly<Record<string, string>>): void {
    for (const [name, text] of Object.entries(texts)) this.set(name, text);
  }
}

import { isToken } from './token.js';

/** The form that asks for the bridge's token. It takes the place of the board while it is there. */
export class TokenForm {
  readonly #form: HTMLFormElement;
  readonly #board: HTMLElement;
  readonly #input: HTMLInputElement;
  readonly #error: HTMLElement;

  /** `given` gets each token that is entered. */
  constructor(root: Document, given: (token: string) => void) {
    this.#form = root.querySelector<HTMLFormElement>('#token-form')!;
    this.#board = root.querySelector<HTMLElement>('#board')!;
    this.#input = root.querySelector<HTMLInputElement>('#token')!;
    this.#error = root.querySelector<HTMLElement>('#token-error')!;
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      const token = this.#input.value.trim();
      if (isToken(token)) given(token);
      else this.#say('A token is printable ASCII without spaces.');
    });
  }

  /** `wasRefused`: a token was given, and it is a wrong one. */
  open(wasRefused: boolean): void {
    this.#show(true);
    this.#say(wasRefused ? 'The bridge refused this token.' : '');
    this.#input.focus();
    this.#input.select();
  }

  close(): void {
    if (this.#form.hidden) return;
    this.#show(false);
    this.#input.value = '';
    // Who used the keyboard is not to begin at the top of the page again.
    this.#board.tabIndex = -1;
    this.#board.focus();
  }

  #show(isOpen: boolean): void {
    this.#form.hidden = !isOpen;
    this.#board.hidden = isOpen;
    document.documentElement.toggleAttribute('data-locked', isOpen);
  }

  #say(text: string): void {
    this.#error.textContent = text;
    this.#input.ariaInvalid = text === '' ? 'false' : 'true';
  }
}

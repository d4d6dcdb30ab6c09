/** Says whether some of a frame's numbers are others than before, so that what is made of them can be copied. Allocates: nothing. */
export class WatchedNumbers {
  readonly #indexes: readonly number[];
  readonly #values: Float64Array;
  #hasSeen = false;

  /** `indexes`: where the numbers lie in a frame. */
  constructor(indexes: readonly number[]) {
    this.#indexes = indexes;
    this.#values = new Float64Array(indexes.length);
  }

  /** Whether any of them is another than at the last call, which the first call always says. */
  isNew(numbers: Float64Array): boolean {
    let isNew = !this.#hasSeen;
    this.#hasSeen = true;
    for (let i = 0; i < this.#indexes.length; i++) {
      const value = numbers[this.#indexes[i]!]!;
      const last = this.#values[i]!;
      if (value === last || (Number.isNaN(value) && Number.isNaN(last))) continue;
      this.#values[i] = value;
      isNew = true;
    }
    return isNew;
  }
}

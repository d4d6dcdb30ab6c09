/** How far back it goes. */
export const HISTORY_SECONDS = 60;

/** The highest value in each of the last seconds: a burst that ended stays seen. */
export class History {
  readonly #values = new Float64Array(HISTORY_SECONDS).fill(Number.NaN);
  #newest = Number.NaN;

  /** Takes a value that was had at `atMs`, by a clock that does not jump. One that is unknown (null or NaN) leaves a gap. */
  push(value: number | null, atMs: number): void {
    const second = Math.floor(atMs / 1000);
    // Seconds in which nothing came are unknown, and not what they were a minute before.
    const passed = Number.isNaN(this.#newest) ? 1 : Math.min(HISTORY_SECONDS, second - this.#newest);
    for (let i = 0; i < passed; i++) this.#values[(second - i) % HISTORY_SECONDS] = Number.NaN;
    this.#newest = second;
    const slot = second % HISTORY_SECONDS;
    const known = this.#values[slot]!;
    if (value !== null && !Number.isNaN(value))
      this.#values[slot] = Number.isNaN(known) ? value : Math.max(known, value);
  }

  /**
   * The whole time in at most `width` columns, oldest first, each the highest of as many seconds; NaN where nothing is known. The seconds
   * that share a column do so until they leave: what is drawn moves, and does not shimmer.
   */
  columns(width: number): number[] {
    if (width <= 0 || Number.isNaN(this.#newest)) return [];
    const seconds = Math.ceil(HISTORY_SECONDS / width);
    const count = Math.ceil(HISTORY_SECONDS / seconds);
    const newestGroup = Math.floor(this.#newest / seconds);
    return Array.from({ length: count }, (_, i) => this.#highest(newestGroup - count + 1 + i, seconds));
  }

  #highest(group: number, seconds: number): number {
    let highest = Number.NaN;
    for (let second = group * seconds; second < (group + 1) * seconds; second++) {
      if (second > this.#newest || second <= this.#newest - HISTORY_SECONDS || second < 0) continue;
      const value = this.#values[second % HISTORY_SECONDS]!;
      if (!(value <= highest)) highest = Number.isNaN(value) ? highest : value;
    }
    return highest;
  }
}

const SECOND_MS = 1_000;

/** The requests of a stretch of time. */
export interface Traffic {
  readonly meanRps: number;
  /** The most that came in any second that ends in the stretch, wherever that second begins. */
  readonly peakRps: number;
}

/** When requests came to the backend, in milliseconds and in order; grows as they come. */
export class Arrivals {
  #timesMs = new Float64Array(1 << 16);
  #count = 0;

  /** Notes a request. It is not earlier than the one before. */
  add(timeMs: number): void {
    if (this.#count === this.#timesMs.length) {
      const larger = new Float64Array(2 * this.#count);
      larger.set(this.#timesMs);
      this.#timesMs = larger;
    }
    this.#timesMs[this.#count++] = timeMs;
  }

  get count(): number {
    return this.#count;
  }

  /** The traffic between two times. The peak is exact: each request is taken for the last one of a second. */
  traffic(fromMs: number, toMs: number): Traffic {
    const times = this.#timesMs;
    const first = this.#firstSince(fromMs);
    const end = this.#firstSince(toMs);
    let peakRps = 0;
    let oldest = this.#firstSince(fromMs - SECOND_MS);
    for (let newest = first; newest < end; newest++) {
      while (times[oldest]! <= times[newest]! - SECOND_MS) oldest++;
      peakRps = Math.max(peakRps, newest - oldest + 1);
    }
    return { meanRps: ((end - first) * SECOND_MS) / (toMs - fromMs), peakRps };
  }

  /** How many came in each stretch of `stepMs` from `fromMs` on, per second. */
  series(fromMs: number, toMs: number, stepMs: number): number[] {
    const rates: number[] = [];
    for (let atMs = fromMs; atMs + stepMs <= toMs; atMs += stepMs) {
      const count = this.#firstSince(atMs + stepMs) - this.#firstSince(atMs);
      rates.push((count * SECOND_MS) / stepMs);
    }
    return rates;
  }

  #firstSince(timeMs: number): number {
    let low = 0;
    let high = this.#count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#timesMs[middle]! < timeMs) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

import type { Clock } from '../../src/shared/clock.js';

/** A clock that stands still until a test moves it. The wall clock is moved along, and can be set back by itself. */
export class FakeClock implements Clock {
  mono: number;
  wall: number;

  constructor(mono = 10_000, wall = Date.UTC(2026, 2, 22, 1, 37, 20, 250)) {
    this.mono = mono;
    this.wall = wall;
  }

  monoMs(): number {
    return this.mono;
  }

  wallMs(): number {
    return this.wall;
  }

  advance(ms: number): void {
    this.mono += ms;
    this.wall += ms;
  }
}

/** What the plugin takes from the process that it runs in. All of it is handed in, so that tests can play it. */
export interface Surroundings {
  /** Milliseconds of a clock that only goes forward. */
  nowMs(): number;
  /** Milliseconds since 1970. */
  wallMs(): number;
  /** Calls `run` once in `delayMs`, and does not keep the process alive for it. Returns how to call it off. */
  setTimer(run: () => void, delayMs: number): () => void;
  /** The script that this process was started with. */
  entryPath(): string | undefined;
}

/**
 * Runs every interleaving of the atomic steps of some processes over shared words. A process is written as generators: each
 * `yield` is one atomic step (a load, a store or a compare-and-swap), and gives what was loaded, stored or found.
 *
 * A generator can't be copied. But what it does next follows from the memory with which it was started and from what it has
 * loaded since; so a process's local state is a node in a tree of such histories, and a generator is only run to find a new
 * node. Where a process forgets what it has loaded, its generator ends, and the next one starts with what it still knows.
 */

/** One atomic step. `label` is the step's name in the algorithm. */
export type Step =
  | { readonly kind: 'load'; readonly word: number; readonly label: string }
  | { readonly kind: 'store'; readonly word: number; readonly value: number; readonly label: string }
  | {
      readonly kind: 'swap';
      readonly word: number;
      /** The value is stored only if the word holds this. */
      readonly expected: number;
      readonly value: number;
      readonly label: string;
    };

/** A run of steps that ends with a result. */
export type Steps<Result> = Generator<Step, Result, number>;

/** A process: where it begins, and how it goes on from each memory; null is its end. */
export interface Process<Memory> {
  readonly start: Memory;
  run(memory: Memory): Steps<Memory | null>;
}

/** What a process throws when it sees what must never be. */
export class Violation extends Error {}

/** A local state: the next step, or that the process has ended, or what went wrong. */
export interface LocalState {
  readonly id: number;
  readonly next: Step | { readonly kind: 'end' } | { readonly kind: 'violation'; readonly message: string };
  readonly after: Map<number, LocalState>;
  /** Finds the state that follows when the step gave `value`. */
  find(value: number): LocalState;
}

/** Creates the local states of one process as they are reached, and returns the first. */
export function createLocalStates<Memory>(process: Process<Memory>): LocalState {
  const starts = new Map<string, LocalState>();
  let count = 0;

  function start(memory: Memory | null): LocalState {
    const key = JSON.stringify(memory);
    const known = starts.get(key);
    if (known !== undefined) return known;
    const state: LocalState =
      memory === null
        ? { id: count++, next: { kind: 'end' }, after: new Map(), find: () => state }
        : create(memory, []);
    starts.set(key, state);
    return state;
  }

  function create(memory: Memory, loaded: readonly number[]): LocalState {
    const find = (value: number): LocalState => create(memory, [...loaded, value]);
    try {
      const generator = process.run(memory);
      let result = generator.next(0);
      for (const value of loaded) result = generator.next(value);
      if (result.done) return start(result.value);
      return { id: count++, next: result.value, after: new Map(), find };
    } catch (error) {
      if (!(error instanceof Violation)) throw error;
      return { id: count++, next: { kind: 'violation', message: error.message }, after: new Map(), find };
    }
  }

  return start(process.start);
}

function successor(state: LocalState, value: number): LocalState {
  let next = state.after.get(value);
  if (next === undefined) {
    next = state.find(value);
    state.after.set(value, next);
  }
  return next;
}

export interface Exploration {
  /** Distinct states that were reached: all words, and where each process is. */
  readonly states: number;
  /** Steps between them: each process's next step, tried in each state. */
  readonly transitions: number;
  /** For each process, the states in which it has come to its end. */
  readonly ended: readonly number[];
  /** The first violation, and the steps that lead to it; null: there is none in any interleaving. */
  readonly violation: { readonly message: string; readonly trace: readonly string[] } | null;
}

/** A state on the path that is being explored, with the process whose step is tried next. */
interface Visit {
  readonly words: Int8Array;
  readonly locals: readonly LocalState[];
  process: number;
  readonly how: () => string;
}

/**
 * Explores all interleavings, depth first; stops at the first violation. Words take values from -1 to 126. `onState` sees the
 * words of each state once.
 */
export function explore(
  firstWords: readonly number[],
  starts: readonly LocalState[],
  onState: (words: Int8Array) => void = () => {},
): Exploration {
  const seen = new Set<string>();
  const codes = new Array<number>(firstWords.length + starts.length);
  const ended = new Array<number>(starts.length).fill(0);
  let transitions = 0;

  function visit(words: Int8Array, locals: readonly LocalState[], how: () => string): Visit | null {
    for (let i = 0; i < words.length; i++) codes[i] = words[i]! + 1;
    for (let i = 0; i < locals.length; i++) codes[words.length + i] = locals[i]!.id;
    const key = String.fromCharCode(...codes);
    if (seen.has(key)) return null;
    seen.add(key);
    for (let i = 0; i < locals.length; i++) if (locals[i]!.next.kind === 'end') ended[i]!++;
    onState(words);
    return { words, locals, process: 0, how };
  }

  const path: Visit[] = [visit(Int8Array.from(firstWords), starts, () => 'start')!];
  while (path.length > 0) {
    const at = path.at(-1)!;
    const index = at.process++;
    const local = at.locals[index];
    if (local === undefined) {
      path.pop();
      continue;
    }
    const step = local.next;
    if (step.kind === 'end') continue;
    if (step.kind === 'violation') {
      const trace = path.map(({ how }) => how());
      return { states: seen.size, transitions, ended, violation: { message: step.message, trace } };
    }
    transitions++;
    let { words } = at;
    const found = words[step.word]!;
    if (step.kind === 'store' || (step.kind === 'swap' && step.expected === found)) {
      words = words.slice();
      words[step.word] = step.value;
    }
    const value = step.kind === 'store' ? step.value : found;
    const locals = at.locals.slice();
    locals[index] = successor(local, value);
    const next = visit(
      words,
      locals,
      () => `process ${index}: ${step.label} ${step.kind} [${step.word}] ${value}`,
    );
    if (next !== null) path.push(next);
  }
  return { states: seen.size, transitions, ended, violation: null };
}

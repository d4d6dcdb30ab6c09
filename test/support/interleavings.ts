/**
 * Runs every interleaving of the atomic steps of some processes over shared words. A process is written as a generator: each
 * `yield` is one atomic step (a load or a store), and gives what was loaded.
 *
 * A generator can't be copied. But what it does next follows from its operation and from what it has loaded since that
 * began; so a process's local state is a node in a tree of these histories, and a generator is only run to find a new node.
 */

/** One atomic step. `label` is the step's name in the algorithm. */
export type Step =
  | { readonly kind: 'load'; readonly word: number; readonly label: string }
  | { readonly kind: 'store'; readonly word: number; readonly value: number; readonly label: string };

/** An operation. Returns the one number that the process takes along to its next operation. */
export type Operation = Generator<Step, number, number>;

/** A process: `operations` times `run`, each with its number (from 0) and what the one before it returned. */
export interface Process {
  readonly operations: number;
  readonly firstCarry: number;
  run(operation: number, carry: number): Operation;
}

/** What an operation throws when it sees what must never be. */
export class Violation extends Error {}

/** A local state: the next step, or the operation's end, or what went wrong. */
interface LocalState {
  readonly id: number;
  readonly operation: number;
  readonly carry: number;
  readonly loaded: readonly number[];
  readonly next:
    | Step
    | { readonly kind: 'end'; readonly carry: number }
    | { readonly kind: 'violation'; readonly message: string };
  readonly after: Map<number, LocalState>;
}

/** The local states of one process. */
class LocalStates {
  readonly first: LocalState;
  readonly #process: Process;
  readonly #starts = new Map<string, LocalState>();
  #count = 0;

  constructor(process: Process) {
    this.#process = process;
    this.first = this.#start(0, process.firstCarry);
  }

  /** The state after the step of `state` gave `value`. An operation that ends leads straight to the next one's first step. */
  successor(state: LocalState, value: number): LocalState {
    let next = state.after.get(value);
    if (next === undefined) {
      next = this.#create(state.operation, state.carry, [...state.loaded, value]);
      if (next.next.kind === 'end') next = this.#start(state.operation + 1, next.next.carry);
      state.after.set(value, next);
    }
    return next;
  }

  #start(operation: number, carry: number): LocalState {
    const key = `${operation}/${carry}`;
    let state = this.#starts.get(key);
    if (state === undefined) {
      state = this.#create(operation, carry, []);
      this.#starts.set(key, state);
    }
    return state;
  }

  #create(operation: number, carry: number, loaded: readonly number[]): LocalState {
    return {
      id: this.#count++,
      operation,
      carry,
      loaded,
      next: this.#replay(operation, carry, loaded),
      after: new Map(),
    };
  }

  #replay(operation: number, carry: number, loaded: readonly number[]): LocalState['next'] {
    if (operation >= this.#process.operations) return { kind: 'end', carry };
    try {
      const generator = this.#process.run(operation, carry);
      let result = generator.next(0);
      for (const value of loaded) result = generator.next(value);
      return result.done ? { kind: 'end', carry: result.value } : result.value;
    } catch (error) {
      if (error instanceof Violation) return { kind: 'violation', message: error.message };
      throw error;
    }
  }
}

export interface Exploration {
  /** Distinct states that were reached: all words, and where each process is. */
  readonly states: number;
  /** Steps taken between them, each of them tried in all states in which it is possible. */
  readonly transitions: number;
  /** Distinct states in which every process has come to its end. */
  readonly ends: number;
  /** The first violation and the steps that lead to it; null: there is none in any interleaving. */
  readonly violation: { readonly message: string; readonly trace: readonly string[] } | null;
}

interface Frame {
  readonly words: Int8Array;
  readonly locals: readonly LocalState[];
  /** The process whose step is tried next. */
  process: number;
  readonly how: string;
}

/** Explores all interleavings, depth first; stops at the first violation. Word values must be from -1 to 127. */
export function explore(firstWords: readonly number[], processes: readonly Process[]): Exploration {
  const trees = processes.map((process) => new LocalStates(process));
  const seen = new Set<string>();
  let transitions = 0;
  let ends = 0;

  const enter = (words: Int8Array, locals: readonly LocalState[], how: string): Frame | null => {
    const key = String.fromCharCode(...words.map((word) => word + 1), ...locals.map((local) => local.id));
    if (seen.has(key)) return null;
    seen.add(key);
    if (locals.every((local) => local.next.kind === 'end')) ends++;
    return { words, locals, process: 0, how };
  };

  const stack: Frame[] = [
    enter(
      Int8Array.from(firstWords),
      trees.map((tree) => tree.first),
      'start',
    )!,
  ];
  while (stack.length > 0) {
    const frame = stack.at(-1)!;
    const index = frame.process++;
    const local = frame.locals[index];
    if (local === undefined) {
      stack.pop();
      continue;
    }
    const step = local.next;
    if (step.kind === 'end') continue;
    if (step.kind === 'violation') {
      const trace = stack.map(({ how }) => how);
      return { states: seen.size, transitions, ends, violation: { message: step.message, trace } };
    }
    transitions++;
    const words = step.kind === 'store' ? frame.words.slice() : frame.words;
    if (step.kind === 'store') words[step.word] = step.value;
    const value = words[step.word]!;
    const locals = frame.locals.slice();
    locals[index] = trees[index]!.successor(local, value);
    const next = enter(words, locals, `${index}: ${step.label} word ${step.word} = ${value}`);
    if (next !== null) stack.push(next);
  }
  return { states: seen.size, transitions, ends, violation: null };
}

import { type Branch, CPU_BY_SAMPLE, CPU_BY_SECOND, type Leaf, PRESSURE } from '../../src/shared/details.js';
import { T } from '../../src/shared/fields.js';
import { putBytes } from './digits.js';
import { putFlag, putNumber } from './values.js';
import { WatchedNumbers } from './watched-numbers.js';

const encoder = new TextEncoder();
const CPU = encoder.encode(',"cpu":{');
const COMMA = encoder.encode(',');
const END = encoder.encode('}');
const PRESSURE_IS = encoder.encode(',"pressure":{"supported":');

/** The parts that are new once a second take some 1,000 bytes. */
const ROOM_BYTES = 3_072;

/** A number and the text that stands before it. */
interface Piece {
  readonly before: Uint8Array;
  readonly index: number;
  readonly decimals: Leaf['decimals'];
}

/** Numbers with the text between them: the inside of an object. */
interface Pieces {
  readonly pieces: readonly Piece[];
  readonly end: Uint8Array;
}

function piecesOf(branch: Branch): Pieces {
  const pieces: Piece[] = [];
  let text = '';
  const walk = (inner: Branch): void => {
    Object.entries(inner).forEach(([key, value], i) => {
      text += `${i === 0 ? '' : ','}"${key}":`;
      if (isLeaf(value)) {
        pieces.push({ before: encoder.encode(text), index: T[value.number], decimals: value.decimals });
        text = '';
      } else {
        text += '{';
        walk(value);
        text += '}';
      }
    });
  };
  walk(branch);
  return { pieces, end: encoder.encode(text) };
}

function isLeaf(value: Branch | Leaf): value is Leaf {
  return typeof value['number'] === 'string';
}

const BY_SAMPLE = piecesOf(CPU_BY_SAMPLE);
const CPU_SECOND = piecesOf(CPU_BY_SECOND);
const PRESSURE_SECOND = piecesOf(PRESSURE);
const BY_SECOND_INDEXES = [
  ...[CPU_SECOND, PRESSURE_SECOND].flatMap(({ pieces }) => pieces.map(({ index }) => index)),
  T.pressure_supported,
];

/** Renders the objects `cpu` and `pressure` of a snapshot. Thread: proc lane. Allocates: nothing, but for a view once a second. */
export class DetailsRenderer {
  /** What is new once a second, as rendered, and what it was made of. */
  readonly #room = new Uint8Array(ROOM_BYTES);
  #bySecond: Uint8Array = this.#room.subarray(0, 0);
  readonly #watched = new WatchedNumbers(BY_SECOND_INDEXES);

  /** Writes both, each with a comma in front; returns the position behind them. */
  render(out: Uint8Array, at: number, numbers: Float64Array): number {
    if (this.#watched.isNew(numbers)) this.#renderBySecond(numbers);
    return putBytes(out, putPieces(out, putBytes(out, at, CPU), BY_SAMPLE, numbers), this.#bySecond);
  }

  #renderBySecond(numbers: Float64Array): void {
    const out = this.#room;
    let at = putPieces(out, putBytes(out, 0, COMMA), CPU_SECOND, numbers);
    at = putBytes(out, putBytes(out, at, END), PRESSURE_IS);
    const supported = numbers[T.pressure_supported]!;
    at = putFlag(out, at, supported);
    if (supported !== 0) at = putPieces(out, putBytes(out, at, COMMA), PRESSURE_SECOND, numbers);
    at = putBytes(out, at, END);
    if (at !== this.#bySecond.length) this.#bySecond = out.subarray(0, at);
  }
}

function putPieces(out: Uint8Array, at: number, { pieces, end }: Pieces, numbers: Float64Array): number {
  let next = at;
  for (let i = 0; i < pieces.length; i++) {
    const { before, index, decimals } = pieces[i]!;
    next = putNumber(out, putBytes(out, next, before), numbers[index]!, decimals);
  }
  return putBytes(out, next, end);
}

/**
 * Short typed arrays on a board: shown in cells as copies, and copied from there element by element. The same
 * rounds as in windows.ts, without blocks, windows, or anything lent, which would take longer than the data does.
 */

import { type Board, Disagreement } from '../../../transport/board.ts'
import { type Raw, type TypeCode, typeOfCtor } from '../../../wire/datatype.ts'
import type { Op } from '../../op.ts'
import { combineShown } from './combine.ts'
import type { Steps } from './steps.ts'

const FLOAT64 = typeOfCtor(Float64Array)
const UINT8 = typeOfCtor(Uint8Array)

/** Beyond it the copies themselves outweigh all the rest. */
const SHORT_BYTES = 2048

/** Whether what a rank shows, `bytes` long in all, goes this way. All ranks must ask about the same length. */
export function isShort(board: Board, bytes: number): boolean {
  return bytes <= SHORT_BYTES && bytes <= board.cellBytes
}

/** Shows `array` to whoever wants it, and goes on. */
export function* showShort<T>(board: Board, type: TypeCode, array: Raw, result: T): Steps<T> {
  while (!board.isFree()) yield
  board.showArray(array, type)
  board.leave()
  return result
}

/** Reads from the `total` elements that `root` alone shows those from `from` on, as many as `into` has. */
export function* takeShort(
  board: Board,
  type: TypeCode,
  root: number,
  from: number,
  total: number,
  into: Raw,
): Steps<Raw> {
  board.pass()
  while (!board.came(root)) yield
  if (board.typeOf(root) !== type || board.bytesOf(root) !== total * into.BYTES_PER_ELEMENT) {
    throw new Disagreement(root)
  }
  board.readArray(root, type, from, into.length, into, 0)
  board.leave()
  return into
}

/** Root's part of a gather: reads the array of every other rank to its place in `all`. */
export function* gatherShort(board: Board, type: TypeCode, mine: Raw, all: Raw): Steps<Raw> {
  const { rank, size } = board
  const count = mine.length
  place(type, mine, all, rank * count)
  board.pass()
  for (let i = 1; i < size; i++) {
    const peer = (rank + i) % size
    while (!board.came(peer)) yield
    board.readArray(peer, type, 0, count, all, peer * count)
  }
  board.leave()
  return all
}

/** Every rank shows its array and reads those of all others. */
export function* allgatherShort(board: Board, type: TypeCode, mine: Raw, all: Raw): Steps<Raw> {
  const { rank, size } = board
  const count = mine.length
  while (!board.isFree()) yield
  board.showArray(mine, type)
  place(type, mine, all, rank * count)
  for (let i = 1; i < size; i++) {
    const peer = (rank + i) % size
    while (!board.came(peer)) yield
    board.readArray(peer, type, 0, count, all, peer * count)
  }
  board.leave()
  return all
}

/** Every rank shows all its blocks and reads its own of the others'. `output` may be `input`, which is copied first. */
export function* alltoallShort(board: Board, type: TypeCode, input: Raw, output: Raw): Steps<Raw> {
  const { rank, size } = board
  const count = input.length / size
  while (!board.isFree()) yield
  board.showArray(input, type)
  for (let i = 0; i < size; i++) {
    const peer = (rank + i) % size
    while (!board.came(peer)) yield
    board.readArray(peer, type, rank * count, count, output, peer * count)
  }
  board.leave()
  return output
}

/** Root's part of a reduction by an elementwise op; the others only show theirs. `inPlace`: `out` lies in `input`. */
export function* reduceShort(
  board: Board,
  op: Op,
  type: TypeCode,
  input: Raw,
  inPlace: boolean,
  out: Raw,
): Steps<Raw> {
  board.pass()
  while (!board.allCame()) yield
  combineShown(board, op, type, input, inPlace, board.size, 0, input.length, out)
  board.leave()
  return out
}

/** Up to so many bytes a loop is faster than a view of the elements, which is an object of its own. */
const LOOP_BYTES = 16

/** Copies the elements of `mine` to those of `all`, of the same type, from `at` on. */
export function place(type: TypeCode, mine: Raw, all: Raw, at: number): void {
  if (type === FLOAT64 && mine.length === 1) all[at] = mine[0]!
  else if (type === UINT8 && mine.length <= LOOP_BYTES)
    copy(mine as Uint8Array, 0, all as Uint8Array, at, mine.length)
  else (all as Uint8Array).set(mine as Uint8Array, at)
}

/** Fills `mine` with the elements of `all`, of the same type, from `at` on. */
export function pick(type: TypeCode, all: Raw, at: number, mine: Raw): void {
  if (type === FLOAT64 && mine.length === 1) mine[0] = all[at]!
  else if (type === UINT8 && mine.length <= LOOP_BYTES)
    copy(all as Uint8Array, at, mine as Uint8Array, 0, mine.length)
  else (mine as Uint8Array).set(all.subarray(at, at + mine.length) as Uint8Array)
}

/** In a function of its own, which sees one kind of array. Elements of other types could change on their way. */
function copy(from: Uint8Array, at: number, to: Uint8Array, start: number, count: number): void {
  for (let i = 0; i < count; i++) to[start + i] = from[at + i]!
}

import type { Board } from '../../../transport/board.ts'
import { Block } from '../../../wire/block.ts'
import type { Raw, TypeCode } from '../../../wire/datatype.ts'
import type { Op } from '../../op.ts'
import { combineItems } from '../allreduce/on-board.ts'
import { bracket } from '../board/bracket.ts'
import { combineShown } from '../board/combine.ts'
import { itemsUpTo } from '../board/items.ts'
import { place } from '../board/short.ts'
import { rest, type Steps } from '../board/steps.ts'
import { isStretchOver, windowOf, windowsInCells } from '../board/windows.ts'
import type { Item, ItemsCarrier } from '../carrier/items.ts'
import type { NumbersCarrier } from '../carrier/numbers.ts'
import type { WholeArraysCarrier } from '../carrier/whole-arrays.ts'
import { lengthOf } from '../partition.ts'

/**
 * Scans on a board: every rank shows its operand, and combines those of the first `n` ranks: n = rank + 1 for
 * scan, n = rank for exscan. One hand-off; up to (p - 1) n gamma, so for short vectors or few ranks.
 */

/** Of one number each; with n = 0 the result means nothing. */
export function* scanNumber(board: Board, carrier: NumbersCarrier, value: number, n: number): Steps<number> {
  while (!board.isFree()) yield
  board.showNumber(value)
  for (let r = 0; r < board.rank; r++) while (!board.came(r)) yield
  const result =
    n === 0
      ? value
      : bracket(
          0,
          n,
          (r) => (r === board.rank ? value : board.numberOf(r)),
          (low, high) => carrier.combine(low, high),
        )
  board.leave()
  return result
}

/** Of vectors that fit a cell and an elementwise op. `out` is undefined with n = 0, and only then. */
export function* scanWhole(
  board: Board,
  op: Op,
  type: TypeCode,
  input: Raw,
  inPlace: boolean,
  n: number,
  out: Raw | undefined,
): Steps<Raw | undefined> {
  const { rank } = board
  while (!board.isFree()) yield
  board.showArray(input, type)
  for (let r = 0; r < rank; r++) while (!board.came(r)) yield
  if (out !== undefined) {
    if (rank === 0) place(type, input, out, 0)
    else combineShown(board, op, type, input, inPlace, n, 0, input.length, out)
  }
  board.leave()
  return out
}

/** Of vectors of any length, window by window through the cells, so that none waits for all of another's. */
export function* scanByWindows(
  board: Board,
  op: Op,
  input: Block,
  inPlace: boolean,
  n: number,
  out: Block | undefined,
): Steps<void> {
  const { rank } = board
  const windows = windowsInCells(board, input.byteLength)
  for (let w = 0; w < windows; w++) {
    if (isStretchOver(board, w)) yield rest(board)
    const mine = windowOf(board, input, w, windows)
    while (!board.isFree()) yield
    board.show(mine)
    for (let r = 0; r < rank; r++) while (!board.came(r)) yield
    if (out !== undefined) {
      const result = windowOf(board, out, w, windows).array()
      combineShown(board, op, input.type, mine.array(), inPlace, n, 0, lengthOf(mine), result)
    }
    board.leave()
  }
}

/** Of vectors and a function of whole ones; with n = 0 the result means nothing. */
export function* scanWholeArrays(board: Board, carrier: WholeArraysCarrier, own: Raw, n: number): Steps<Raw> {
  const mine = Block.of(own)
  while (!board.isFree()) yield
  board.show(mine)
  for (let r = 0; r < board.rank; r++) while (!board.came(r)) yield
  const operands = Array.from({ length: n }, (_, r) => {
    if (r === board.rank) return own
    const copy = Block.allocate(mine.type, mine.byteLength)
    board.read(r, 0, copy)
    return copy.array()
  })
  board.leave()
  if (n === 0) return own
  return bracket(
    0,
    n,
    (r) => operands[r]!,
    (low, high) => carrier.combine(low, high),
  )
}

/** Of items; with n = 0 the result means nothing. */
export function* scanItems(board: Board, carrier: ItemsCarrier, own: Item, n: number): Steps<Item> {
  const items = yield* itemsUpTo(board, carrier.bytes(own))
  return n === 0 ? own : combineItems(carrier, items.slice(0, n))
}

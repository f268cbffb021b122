import type { Board } from '../../../transport/board.ts'
import { Block } from '../../../wire/block.ts'
import type { Raw } from '../../../wire/datatype.ts'
import type { Op } from '../../op.ts'
import { combineItems } from '../allreduce/on-board.ts'
import { bracket } from '../board/bracket.ts'
import { combineShown } from '../board/combine.ts'
import { itemsUpTo } from '../board/items.ts'
import type { Steps } from '../board/steps.ts'
import type { Item, ItemsCarrier } from '../carrier/items.ts'
import type { NumbersCarrier } from '../carrier/numbers.ts'
import type { WholeArraysCarrier } from '../carrier/whole-arrays.ts'
import { lengthOf } from '../partition.ts'

/**
 * Scans on a board: every rank shows its operand, and combines those of the first `n` ranks: n = rank + 1 for
 * scan, n = rank for exscan. One hand-off; up to (p - 1) n gamma, so for what fits a cell only.
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

/** Of vectors and an elementwise op; with n = 0 `out` is left as it is. */
export function* scanShown(board: Board, op: Op, input: Block, out: Block, n: number): Steps<void> {
  while (!board.isFree()) yield
  board.show(input)
  const inPlace = input.sameMemory(out)
  for (let r = 0; r < board.rank; r++) while (!board.came(r)) yield
  if (n > 0) combineShown(board, op, input.type, input.array(), inPlace, n, 0, lengthOf(input), out.array())
  board.leave()
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

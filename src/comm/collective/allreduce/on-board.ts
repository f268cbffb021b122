import type { Board } from '../../../transport/board.ts'
import { Block } from '../../../wire/block.ts'
import type { Raw, TypeCode } from '../../../wire/datatype.ts'
import type { Op } from '../../op.ts'
import { bracket } from '../board/bracket.ts'
import { combineLong, combineShown } from '../board/combine.ts'
import { allgatherItems, gatherItems } from '../board/items.ts'
import { isLong, rest, type Steps } from '../board/steps.ts'
import { othersOf, readFrom, showToAll, waitForReaders, windowOf, windowsOf } from '../board/windows.ts'
import { Item, type ItemsCarrier } from '../carrier/items.ts'
import type { NumbersCarrier } from '../carrier/numbers.ts'
import type { WholeArraysCarrier } from '../carrier/whole-arrays.ts'
import { lengthOf } from '../partition.ts'

/** One number of each rank: all show theirs, all combine all. One hand-off. */
export function* allreduceNumber(board: Board, carrier: NumbersCarrier, value: number): Steps<number> {
  while (!board.isFree()) yield
  board.showNumber(value)
  while (!board.allCame()) yield
  const { rank, size } = board
  if (size === 2) {
    const other = board.numberOf(1 - rank)
    return rank === 0 ? carrier.combine(value, other) : carrier.combine(other, value)
  }
  return bracket(
    0,
    size,
    (r) => (r === rank ? value : board.numberOf(r)),
    (low, high) => carrier.combine(low, high),
  )
}

/**
 * All show their vectors, all combine all, each rank in its own memory: the same on every rank, since all do it
 * in the same order. One hand-off; n + (p - 1) n gamma. For vectors that fit a cell.
 */
export function* allreduceWhole(
  board: Board,
  op: Op,
  type: TypeCode,
  input: Raw,
  inPlace: boolean,
  out: Raw,
): Steps<Raw> {
  while (!board.isFree()) yield
  board.showArray(input, type)
  while (!board.allCame()) yield
  combineShown(board, op, type, input, inPlace, board.size, 0, input.length, out)
  return out
}

/**
 * All show their vectors, rank r combines slice r of all of them, and shows the result to the others. Two
 * hand-offs; n gamma (p - 1)/p, and as much to read. Vectors are read where they lie if they can be, without a
 * copy on the way.
 *
 * In place is safe: slice r of this rank's vector is read by this rank only, and the others are overwritten
 * when the ranks that read them have shown what they made of them.
 */
export function* allreduceSliced(
  board: Board,
  op: Op,
  input: Block,
  inPlace: boolean,
  out: Block,
): Steps<void> {
  const { rank, size } = board
  const n = windowsOf(board, input.byteLength)
  let isLent = false
  for (let w = 0; w < n; w++) {
    const mine = windowOf(board, input, w, n)
    const result = windowOf(board, out, w, n)
    const length = lengthOf(mine)
    const startOf = (r: number): number => Math.floor((r * length) / size)
    const slice = (r: number): Block => result.slice(startOf(r), startOf(r + 1))
    while (!board.isFree()) yield
    board.show(mine)
    while (!board.allCame()) yield
    yield* combineLong(board, op, mine, inPlace, size, startOf(rank), startOf(rank + 1), slice(rank))
    while (!board.isFree()) yield
    isLent = board.show(slice(rank))
    for (const peer of othersOf(board)) {
      while (!board.came(peer)) yield
      board.read(peer, 0, slice(peer))
      if (isLong(input.byteLength)) yield rest(board)
    }
    board.leave()
  }
  if (isLent) yield* waitForReaders(board, null)
}

/** Vectors and a function of whole ones: all show theirs, all call the function. For vectors that fit a cell. */
export function* allreduceWholeArrays(board: Board, carrier: WholeArraysCarrier, own: Raw): Steps<Raw> {
  while (!board.isFree()) yield
  const mine = Block.of(own)
  board.show(mine)
  while (!board.allCame()) yield
  const operands = Array.from({ length: board.size }, (_, r) => {
    if (r === board.rank) return own
    const copy = Block.allocate(mine.type, mine.byteLength)
    board.read(r, 0, copy)
    return copy.array()
  })
  board.leave()
  return bracket(
    0,
    board.size,
    (r) => operands[r]!,
    (low, high) => carrier.combine(low, high),
  )
}

/** Items and a built-in op: everybody gets all of them, and combines. */
export function* allreduceItems(board: Board, carrier: ItemsCarrier, own: Item): Steps<Item> {
  const items = yield* allgatherItems(board, carrier.bytes(own))
  return combineItems(carrier, items)
}

/**
 * Items and a user function: rank 0 gets all of them, and shows what it has made of them. As by messages
 * (reduce-bcast.ts), the result is made once and is what its bytes say, everywhere.
 */
export function* allreduceItemsByRoot(board: Board, carrier: ItemsCarrier, own: Item): Steps<Item> {
  const items = yield* gatherItems(board, carrier.bytes(own), 0)
  if (items === undefined) {
    const result = yield* readFrom(board, 0, (type, bytes) => ({
      from: 0,
      into: Block.allocate(type, bytes),
    }))
    return Item.ofBytes(result.bytes())
  }
  const bytes = carrier.bytes(combineItems(carrier, items))
  yield* showToAll(board, Block.item(bytes))
  return Item.ofBytes(bytes)
}

/** What the items of a run of ranks combine to. */
export function combineItems(carrier: ItemsCarrier, items: readonly Uint8Array[]): Item {
  return bracket(
    0,
    items.length,
    (r) => Item.ofBytes(items[r]!),
    (low, high) => carrier.combine(low, high),
  )
}

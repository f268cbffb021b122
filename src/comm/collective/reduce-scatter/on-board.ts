import type { Board } from '../../../transport/board.ts'
import { Block } from '../../../wire/block.ts'
import { elementSize, type Raw, type TypeCode } from '../../../wire/datatype.ts'
import type { Op } from '../../op.ts'
import { bracket } from '../board/bracket.ts'
import { combineLong, combineShown } from '../board/combine.ts'
import { alltoallItems } from '../board/items.ts'
import { type Steps, Unfit } from '../board/steps.ts'
import { waitForReaders, windowOf, windowsOf } from '../board/windows.ts'
import { Item, type ItemsCarrier } from '../carrier/items.ts'
import type { NumbersCarrier } from '../carrier/numbers.ts'

/**
 * All show their vectors, and each rank combines its own block of all of them, from element `first` on, to
 * `out`, which may be that block of `input`. `cut`: a number for how all ranks cut their vectors. One hand-off; n gamma (p - 1)/p.
 */
export function* reduceScatterShown(
  board: Board,
  op: Op,
  input: Block,
  first: number,
  out: Block,
  cut: number,
): Steps<void> {
  const size = elementSize(input.type)
  const last = first + out.byteLength / size
  const inPlace = input.overlaps(out)
  const n = windowsOf(board, input.byteLength)
  const perWindow = board.cellBytes / size
  let isLent = false
  for (let w = 0; w < n; w++) {
    const mine = windowOf(board, input, w, n)
    while (!board.isFree()) yield
    isLent = board.show(mine, cut)
    while (!board.allCame()) yield
    if (w === 0) checkCuts(board, cut)
    const before = n === 1 ? 0 : w * perWindow
    const start = Math.max(first, before)
    const end = Math.min(last, before + mine.byteLength / size)
    if (start < end) {
      const result = out.slice(start - first, end - first)
      yield* combineLong(board, op, mine, inPlace, board.size, start - before, end - before, result)
    }
    board.leave()
  }
  if (isLent) yield* waitForReaders(board, null)
}

/** The same for vectors that fit a cell. */
export function* reduceScatterWhole(
  board: Board,
  op: Op,
  type: TypeCode,
  input: Raw,
  first: number,
  out: Raw,
  cut: number,
): Steps<Raw> {
  while (!board.isFree()) yield
  board.showArray(input, type, cut)
  while (!board.allCame()) yield
  checkCuts(board, cut)
  combineShown(board, op, type, null, false, board.size, first, first + out.length, out)
  board.leave()
  return out
}

function checkCuts(board: Board, cut: number): void {
  for (let peer = 0; peer < board.size; peer++) {
    if (peer === board.rank || board.totalOf(peer) === cut) continue
    throw new Unfit(
      peer,
      `rank ${peer} gave other counts than this rank; all ranks must give the same counts`,
    )
  }
}

/** A list of numbers on each rank, of which rank r reduces the r-th. */
export function* reduceScatterNumbers(
  board: Board,
  carrier: NumbersCarrier,
  numbers: readonly number[],
): Steps<number> {
  const { rank, size } = board
  while (!board.isFree()) yield
  board.show(Block.of(Float64Array.from(numbers)))
  while (!board.allCame()) yield
  const one = new Float64Array(1)
  const result = bracket(
    0,
    size,
    (r) => {
      if (r === rank) return numbers[rank]!
      board.read(r, rank * 8, Block.of(one))
      return one[0]!
    },
    (low, high) => carrier.combine(low, high),
  )
  board.leave()
  return result
}

/** A list of items on each rank, of which rank r reduces the r-th. */
export function* reduceScatterItems(
  board: Board,
  carrier: ItemsCarrier,
  items: readonly Item[],
): Steps<Item> {
  const column = yield* alltoallItems(
    board,
    items.map((item) => carrier.bytes(item)),
  )
  return bracket(
    0,
    board.size,
    (r) => Item.ofBytes(column[r]!),
    (low, high) => carrier.combine(low, high),
  )
}

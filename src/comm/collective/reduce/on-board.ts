import type { Board } from '../../../transport/board.ts'
import { Block } from '../../../wire/block.ts'
import type { Raw } from '../../../wire/datatype.ts'
import type { Op } from '../../op.ts'
import { combineItems } from '../allreduce/on-board.ts'
import { bracket } from '../board/bracket.ts'
import { combineLong } from '../board/combine.ts'
import { gatherItems } from '../board/items.ts'
import { isLong, rest, type Steps } from '../board/steps.ts'
import {
  exchange,
  isStretchOver,
  othersOf,
  waitForReaders,
  windowOf,
  windowsInCells,
  windowsOf,
} from '../board/windows.ts'
import type { Item, ItemsCarrier } from '../carrier/items.ts'
import type { NumbersCarrier } from '../carrier/numbers.ts'
import type { WholeArraysCarrier } from '../carrier/whole-arrays.ts'
import { lengthOf } from '../partition.ts'

/** Number of the scratch memory for a slice of the result; the combining itself uses smaller numbers. */
const RESULT_SCRATCH = 64

/** One number of each rank: root combines all. The others go on at once. */
export function* reduceNumber(
  board: Board,
  carrier: NumbersCarrier,
  value: number,
  root: number,
): Steps<number | undefined> {
  const { rank, size } = board
  if (rank !== root) {
    while (!board.isFree()) yield
    board.showNumber(value)
    board.leave()
    return undefined
  }
  board.pass()
  while (!board.allCame()) yield
  const result = bracket(
    0,
    size,
    (r) => (r === rank ? value : board.numberOf(r)),
    (low, high) => carrier.combine(low, high),
  )
  board.leave()
  return result
}

/**
 * The others show their vectors, root combines all: window by window through the cells, so that root combines one
 * while the others show the next. They wait for nobody at the end. (p - 1) n gamma on root. `out` is used on root
 * only, and may be `input`.
 */
export function* reduceByRoot(board: Board, op: Op, input: Block, out: Block, root: number): Steps<void> {
  const { rank, size } = board
  const n = windowsInCells(board, input.byteLength)
  for (let w = 0; w < n; w++) {
    if (isStretchOver(board, w)) yield rest(board)
    const mine = windowOf(board, input, w, n)
    if (rank === root) {
      board.pass()
      while (!board.allCame()) yield
      const result = windowOf(board, out, w, n)
      yield* combineLong(board, op, mine, input.sameMemory(out), size, 0, lengthOf(mine), result)
    } else {
      while (!board.isFree()) yield
      board.show(mine)
    }
    board.leave()
  }
}

/**
 * All show their vectors, rank r combines slice r of all of them, root collects the slices. Two hand-offs;
 * n gamma (p - 1)/p, and as much for root to read.
 */
export function* reduceSliced(board: Board, op: Op, input: Block, out: Block, root: number): Steps<void> {
  const { rank, size } = board
  const n = windowsOf(board, input.byteLength)
  let isLent = false
  for (let w = 0; w < n; w++) {
    const mine = windowOf(board, input, w, n)
    const length = lengthOf(mine)
    const startOf = (r: number): number => Math.floor((r * length) / size)
    const [start, end] = [startOf(rank), startOf(rank + 1)]
    const whole = rank === root ? windowOf(board, out, w, n) : null
    const slice = whole?.slice(start, end) ?? scratchFor(board, mine.slice(start, end))
    while (!board.isFree()) yield
    isLent = board.show(mine)
    while (!board.allCame()) yield
    yield* combineLong(board, op, mine, whole !== null && input.sameMemory(out), size, start, end, slice)
    if (whole === null) {
      while (!board.isFree()) yield
      isLent = board.show(slice) || isLent
    } else {
      board.pass()
      for (const peer of othersOf(board)) {
        while (!board.came(peer)) yield
        board.read(peer, 0, whole.slice(startOf(peer), startOf(peer + 1)))
        if (isLong(input.byteLength)) yield rest(board)
      }
    }
    board.leave()
  }
  // Root has seen the slices of all, who read nothing after that. The others cannot know yet.
  if (isLent && rank !== root) yield* waitForReaders(board, null)
}

/** Memory of this rank's own like `block`: new memory at each call would cost as much as the reduction. */
function scratchFor(board: Board, { type, byteLength }: Block): Block {
  return new Block(type, board.scratch(RESULT_SCRATCH, byteLength), 0, byteLength)
}

/** Vectors and a function of whole ones: root gets all and calls the function. */
export function* reduceWholeArrays(
  board: Board,
  carrier: WholeArraysCarrier,
  own: Raw,
  root: number,
): Steps<Raw | undefined> {
  const mine = Block.of(own)
  if (board.rank !== root) {
    yield* exchange(board, mine, mine.byteLength, [], [root], () => {})
    return undefined
  }
  const operands: Raw[] = new Array(board.size)
  const blocks: Block[] = new Array(board.size)
  for (const r of othersOf(board)) blocks[r] = Block.allocate(mine.type, mine.byteLength)
  yield* exchange(board, null, mine.byteLength, othersOf(board), null, (source, w, n) =>
    board.read(source, 0, windowOf(board, blocks[source]!, w, n)),
  )
  for (let r = 0; r < board.size; r++) operands[r] = r === root ? own : blocks[r]!.array()
  return bracket(
    0,
    board.size,
    (r) => operands[r]!,
    (low, high) => carrier.combine(low, high),
  )
}

/** Items: root gets all of them, and combines. */
export function* reduceItems(
  board: Board,
  carrier: ItemsCarrier,
  own: Item,
  root: number,
): Steps<Item | undefined> {
  const items = yield* gatherItems(board, carrier.bytes(own), root)
  return items && combineItems(carrier, items)
}

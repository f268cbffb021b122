import type { Board } from '../../../transport/board.ts'
import type { Block } from '../../../wire/block.ts'
import { elementSize } from '../../../wire/datatype.ts'
import type { Steps } from '../board/steps.ts'
import { exchange, exchangeUnequal, othersOf, part, readPart } from '../board/windows.ts'

/**
 * On a board: the others show their blocks, root reads each into its place; (p - 1) n. The others go on at once,
 * or, where root reads long blocks out of their memory, when it has.
 */
export function* gatherShown(board: Board, mine: Block, all: Block, root: number): Steps<void> {
  const length = mine.byteLength
  const place = (rank: number): Block => part(all, rank * length, (rank + 1) * length)
  if (!place(root).sameMemory(mine)) place(root).set(mine)
  yield* exchange(board, null, length, othersOf(board), null, (source, w, n) =>
    readPart(board, source, w, n, 0, place(source)),
  )
}

/** What the others do. */
export function showTo(board: Board, mine: Block, root: number): Steps<void> {
  return exchange(board, mine, mine.byteLength, [], [root], () => {})
}

/** Where blocks of different lengths go, once all lengths (in elements) are known, and what the call results in. */
export type Place<T> = (counts: readonly number[]) => {
  readonly blockAt: (source: number) => Block
  readonly result: T
}

/** The same for blocks whose lengths only their owners know. */
export function* gathervShown<T>(board: Board, mine: Block, place: Place<T>): Steps<T> {
  const others = othersOf(board)
  return yield* collect(board, mine, null, others, place)
}

/** What the others do. */
export function showOfAnyLength(board: Board, mine: Block, root: number): Steps<void> {
  const showers = othersOf(board).filter((rank) => rank !== root)
  return exchangeUnequal(board, mine, showers, [], [root], () => () => mine)
}

/** Every rank gets the blocks of all. */
export function allgathervShown<T>(board: Board, mine: Block, place: Place<T>): Steps<T> {
  return collect(board, mine, mine, othersOf(board), place)
}

function* collect<T>(
  board: Board,
  mine: Block,
  shown: Block | null,
  others: readonly number[],
  place: Place<T>,
): Steps<T> {
  const elementBytes = elementSize(mine.type)
  let result: T | undefined
  yield* exchangeUnequal(board, shown, others, others, null, (_typeOf, bytes) => {
    const counts = bytes.map((length, r) => (r === board.rank ? mine.byteLength : length) / elementBytes)
    const placed = place(counts)
    result = placed.result
    const own = placed.blockAt(board.rank)
    if (!own.sameMemory(mine)) own.set(mine)
    return placed.blockAt
  })
  return result as T
}

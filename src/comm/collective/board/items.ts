/** Items on a board: values serialised, whose lengths only their owners know. */

import type { Board } from '../../../transport/board.ts'
import { Block } from '../../../wire/block.ts'
import { ITEM } from '../../../wire/datatype.ts'
import type { Steps } from './steps.ts'
import { exchange, exchangeUnequal, othersOf, readPart, showToAll } from './windows.ts'

/** The bytes of every rank's item, on every rank, in rank order. */
export function* allgatherItems(board: Board, mine: Uint8Array): Steps<Uint8Array[]> {
  const others = othersOf(board)
  return yield* collect(board, mine, mine, others, others, null)
}

/** The same on `root` only; elsewhere undefined. */
export function* gatherItems(board: Board, mine: Uint8Array, root: number): Steps<Uint8Array[] | undefined> {
  const showers = othersOf(board).filter((rank) => rank !== root)
  if (board.rank === root) return yield* collect(board, mine, null, showers, showers, null)
  yield* collect(board, mine, mine, showers, [], [root])
  return undefined
}

/** The bytes of the items of the ranks below this one, and of this one, in rank order. */
export function* itemsUpTo(board: Board, mine: Uint8Array): Steps<Uint8Array[]> {
  const others = othersOf(board)
  const sources = others.filter((rank) => rank < board.rank)
  const readers = others.filter((rank) => rank > board.rank)
  const all = yield* collect(board, mine, mine, others, sources, readers)
  return all.slice(0, board.rank + 1)
}

function* collect(
  board: Board,
  own: Uint8Array,
  shown: Uint8Array | null,
  showers: readonly number[],
  sources: readonly number[],
  readers: readonly number[] | null,
): Steps<Uint8Array[]> {
  const items: Uint8Array[] = new Array(board.size)
  items[board.rank] = own
  const block = shown === null ? null : Block.item(shown)
  yield* exchangeUnequal(board, block, showers, sources, readers, (_typeOf, bytes) => (source) => {
    items[source] = new Uint8Array(bytes[source]!)
    return Block.item(items[source])
  })
  return items
}

/** Several items as one run of bytes, with the places where they begin and the last one ends. */
export function packItems(items: readonly Uint8Array[]): {
  readonly ends: Float64Array
  readonly all: Block
} {
  const ends = new Float64Array(items.length + 1)
  items.forEach((item, i) => {
    ends[i + 1] = ends[i]! + item.length
  })
  const all = new Uint8Array(ends[items.length]!)
  items.forEach((item, i) => {
    all.set(item, ends[i])
  })
  return { ends, all: Block.item(all) }
}

/** The items again, as views of `all`. */
export function unpackItems(ends: Float64Array, all: Block): Uint8Array[] {
  return Array.from({ length: ends.length - 1 }, (_, i) => all.bytes(ends[i], ends[i + 1]! - ends[i]!))
}

/** Root's half of a scatter of items: first where they are, as if that were an item, then all of them. */
export function* scatterItems(board: Board, items: readonly Uint8Array[]): Steps<void> {
  const { ends, all } = packItems(items)
  yield* showToAll(board, Block.item(new Uint8Array(ends.buffer)))
  yield* showToAll(board, all)
}

/** Item `items[r]` goes to rank r; resolves to those for this rank, in rank order. */
export function* alltoallItems(board: Board, items: readonly Uint8Array[]): Steps<Uint8Array[]> {
  const { rank, size } = board
  const others = othersOf(board)
  const { ends, all } = packItems(items)
  const places = new Float64Array(size * (size + 1))
  const placesOf = (source: number): Block =>
    Block.of(places.subarray(source * (size + 1), (source + 1) * (size + 1)))
  yield* exchange(board, Block.of(ends), ends.byteLength, others, null, (source, w, n) =>
    readPart(board, source, w, n, 0, placesOf(source)),
  )
  const result: Uint8Array[] = new Array(size)
  result[rank] = items[rank]!
  const fromOf = (source: number): number => places[source * (size + 1) + rank]!
  let longest = all.byteLength
  for (const source of others) {
    longest = Math.max(longest, places[source * (size + 1) + size]!)
    result[source] = new Uint8Array(places[source * (size + 1) + rank + 1]! - fromOf(source))
  }
  yield* exchange(board, all, longest, others, null, (source, w, n) =>
    readPart(
      board,
      source,
      w,
      n,
      fromOf(source),
      new Block(ITEM, result[source]!.buffer, 0, result[source]!.length),
    ),
  )
  return result
}

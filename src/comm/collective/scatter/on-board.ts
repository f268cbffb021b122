import { type Board, Disagreement } from '../../../transport/board.ts'
import { Block } from '../../../wire/block.ts'
import { decodeItem } from '../../../wire/codec.ts'
import { elementSize, ITEM } from '../../../wire/datatype.ts'
import { type Steps, unfitBlock, unfitText } from '../board/steps.ts'
import { readFrom, showToAll } from '../board/windows.ts'
import { blockAt, type Placed } from '../v-blocks.ts'

/** On a board: root shows all blocks as they lie, the others read their own; n for each. */
export function* scatterShown<T>(board: Board, all: Block, own: Block, mine: Block, result: T): Steps<T> {
  if (!mine.sameMemory(own)) mine.set(own)
  yield* showToAll(board, all)
  return result
}

/**
 * What the others do: read their block, into `into` if that is given; or their item, of which root shows first
 * where it is. `source`: who has sent what rank `root` of the board shows, as errors name it.
 */
export function* takeBlock(
  board: Board,
  root: number,
  into: Block | null,
  source: number = root,
): Steps<unknown> {
  const { rank, size } = board
  const place = new Float64Array(2)
  const first = yield* readFrom(board, root, (type, bytes) => {
    if (type === ITEM) {
      if (into !== null) throw new Disagreement(root, unfitText(source, type, bytes, into))
      return { from: rank * 8, into: new Block(ITEM, place.buffer, 0, place.byteLength) }
    }
    const length = bytes / size
    if (into !== null && (into.type !== type || into.byteLength !== length))
      throw new Disagreement(root, unfitText(source, type, length, into))
    return { from: rank * length, into: into ?? Block.allocate(type, length) }
  })
  if (first.type !== ITEM) return first.array()
  const [from, end] = place as unknown as [number, number]
  const item = new Uint8Array(end - from)
  yield* readFrom(board, root, () => ({ from, into: Block.item(item) }))
  return decodeItem(item)
}

/** Blocks of different lengths: root shows first where they are, in elements, then the memory they lie in. */
export function* scattervShown<T>(board: Board, placed: Placed, mine: Block, result: T): Steps<T> {
  const own = blockAt(placed, board.rank)
  if (!mine.sameMemory(own)) mine.set(own)
  const places = Float64Array.from(
    placed.counts.flatMap((count, r) => [count === 0 ? 0 : placed.displs[r]!, count]),
  )
  yield* showToAll(board, Block.of(places))
  yield* showToAll(board, placed.whole)
  return result
}

/** What the others do. */
export function* takeBlockOfAnyLength(board: Board, root: number, into: Block | null): Steps<unknown> {
  const place = new Float64Array(2)
  yield* readFrom(board, root, () => ({ from: board.rank * 16, into: Block.of(place) }))
  const [displ, count] = place as unknown as [number, number]
  const block = yield* readFrom(board, root, (type) => {
    const size = elementSize(type)
    if (into !== null && into.type !== type) throw new Disagreement(root)
    if (into !== null && into.byteLength !== count * size) throw unfitBlock(root, type, count * size, into)
    return { from: displ * size, into: into ?? Block.allocate(type, count * size) }
  })
  return block.array()
}

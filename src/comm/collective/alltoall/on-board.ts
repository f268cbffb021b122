import type { Board } from '../../../transport/board.ts'
import { Block } from '../../../wire/block.ts'
import { elementSize } from '../../../wire/datatype.ts'
import type { Steps } from '../board/steps.ts'
import { exchange, othersOf, part, readPart } from '../board/windows.ts'
import { lengthOf } from '../partition.ts'
import type { Placed } from '../v-blocks.ts'

/** On a board: every rank shows all its blocks as they lie, and reads its own of the others'; one hand-off, (p - 1) n. */
export function* alltoallShown(board: Board, input: Block, output: Block): Steps<void> {
  const { rank, size } = board
  const length = input.byteLength / size
  const block = (whole: Block, r: number): Block => part(whole, r * length, (r + 1) * length)
  block(output, rank).set(block(input, rank))
  yield* exchange(board, input, input.byteLength, othersOf(board), null, (source, w, n) =>
    readPart(board, source, w, n, rank * length, block(output, source)),
  )
}

/** What one rank's table says of the blocks it sends: places and lengths, in elements. */
interface Table {
  readonly displs: readonly number[]
  readonly counts: readonly number[]
}

/**
 * Blocks of different lengths: first every rank shows where its blocks are, then the memory they lie in.
 * `place` hears how much comes from each rank, and says where it goes.
 */
export function* alltoallvShown<T>(
  board: Board,
  given: Placed,
  from: Block,
  place: (counts: readonly number[]) => { readonly blockAt: (source: number) => Block; readonly result: T },
): Steps<T> {
  const { rank, size } = board
  const others = othersOf(board)
  // Of a table: its rank's total, then place and length of each block.
  const width = 1 + 2 * size
  const tables = new Float64Array(size * width)
  const tableOf = (r: number): Float64Array => tables.subarray(r * width, (r + 1) * width)
  writeTable(tableOf(rank), given, lengthOf(from))
  const mine = Block.of(tableOf(rank))
  yield* exchange(board, mine, mine.byteLength, others, null, (source, w, n) =>
    readPart(board, source, w, n, 0, Block.of(tableOf(source))),
  )
  const counts = Array.from({ length: size }, (_, source) => tableOf(source)[2 + 2 * rank]!)
  const { blockAt, result } = place(counts)
  const elementBytes = elementSize(from.type)
  const longest = elementBytes * Math.max(...Array.from({ length: size }, (_, r) => tableOf(r)[0]!))
  const displOf = (source: number): number => tableOf(source)[1 + 2 * rank]! * elementBytes
  blockAt(rank).set(part(from, displOf(rank), displOf(rank) + counts[rank]! * elementBytes))
  yield* exchange(board, from, longest, others, null, (source, w, n) =>
    readPart(board, source, w, n, displOf(source), blockAt(source)),
  )
  return result
}

function writeTable(table: Float64Array, { displs, counts }: Table, total: number): void {
  table[0] = total
  counts.forEach((count, r) => {
    table[1 + 2 * r] = count === 0 ? 0 : displs[r]!
    table[2 + 2 * r] = count
  })
}

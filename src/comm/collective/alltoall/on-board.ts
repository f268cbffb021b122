import type { Board } from '../../../transport/board.ts'
import { Block } from '../../../wire/block.ts'
import { ctorOf, elementSize, typeOfCtor } from '../../../wire/datatype.ts'
import type { Steps } from '../board/steps.ts'
import { exchange, othersOf, part, readPart } from '../board/windows.ts'
import type { ReceivedBlocks } from '../types.ts'
import { blockAt, type Placed, type PlacedIn } from '../v-blocks.ts'

const FLOAT64 = typeOfCtor(Float64Array)!

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

/** Data up to this length goes with the table that says where its blocks are: one hand-off, not two. */
const WITH_TABLE_BYTES = 16 << 10

/** Where the blocks that come from each rank go. */
type PlaceFor = (counts: readonly number[]) => PlacedIn & { readonly result: ReceivedBlocks }

/**
 * Blocks of different lengths: every rank shows a table with the place and length of each block, and behind it, if
 * it is short, the data itself. Where somebody's is not, all show their data in a second round.
 *
 * A table: number of elements in all; 1 if they follow; place and length of the block for each rank.
 *
 * @param isInPlace what comes goes to where the data is
 */
export function* alltoallvShown(
  board: Board,
  given: PlacedIn,
  isInPlace: boolean,
  placeFor: PlaceFor,
): Steps<ReceivedBlocks> {
  const { rank, size } = board
  const width = 2 + 2 * size
  const tableBytes = 8 * width
  if (tableBytes > board.cellBytes) return yield* alltoallvOfMany(board, given, isInPlace, placeFor)
  const elementBytes = elementSize(given.whole.type)
  while (!board.isFree()) yield
  board.showArray(message(board, given, width), FLOAT64)
  const mine = new Float64Array(2)
  const counts = new Array<number>(size).fill(0)
  const starts = new Array<number>(size).fill(0)
  let longest = 0
  let allFollow = true
  for (let i = 0; i < size; i++) {
    const peer = (rank + i) % size
    while (i > 0 && !board.came(peer)) yield
    board.readArray(peer, FLOAT64, 0, 2, mine, 0)
    longest = Math.max(longest, mine[0]!)
    if (mine[1] === 0) allFollow = false
    board.readArray(peer, FLOAT64, 2 + 2 * rank, 2, mine, 0)
    starts[peer] = mine[0]!
    counts[peer] = mine[1]!
  }
  const placed = placeFor(counts)
  if (allFollow) {
    const { data, displs } = placed
    for (let peer = 0; peer < size; peer++) {
      const from = tableBytes / elementBytes + starts[peer]!
      board.readArray(peer, given.whole.type, from, counts[peer]!, data, displs[peer]!)
    }
    board.leave()
    return placed.result
  }
  board.leave()
  yield* showData(
    board,
    given,
    isInPlace,
    longest * elementBytes,
    placed,
    (source) => starts[source]! * elementBytes,
  )
  return placed.result
}

/** The second round. `startOf` tells where the block for this rank begins in what another one shows, in bytes. */
function* showData(
  board: Board,
  given: Placed,
  isInPlace: boolean,
  longest: number,
  placed: Placed,
  startOf: (source: number) => number,
): Steps<void> {
  const { rank } = board
  const from = isInPlace ? given.whole.copy() : given.whole
  const own = blockAt(placed, rank)
  own.set(part(from, startOf(rank), startOf(rank) + own.byteLength))
  yield* exchange(board, from, longest, othersOf(board), null, (source, w, n) =>
    readPart(board, source, w, n, startOf(source), blockAt(placed, source)),
  )
}

/** This rank's table, with its data if that is short. */
function message(board: Board, given: PlacedIn, width: number): Float64Array {
  const { data, whole } = given
  const { byteLength } = whole
  const follows = byteLength <= WITH_TABLE_BYTES && 8 * width + byteLength <= board.cellBytes
  const memory = board.scratch(0, 8 * width + WITH_TABLE_BYTES)
  const words = new Float64Array(memory, 0, width + (follows ? Math.ceil(byteLength / 8) : 0))
  writeTable(words, given, follows)
  if (follows) {
    const room = new (ctorOf(whole.type)!)(memory, 8 * width, data.length)
    ;(room as Uint8Array).set(data as Uint8Array)
  }
  return words
}

function writeTable(table: Float64Array, { data, counts, displs }: PlacedIn, follows: boolean): void {
  table[0] = data.length
  table[1] = follows ? 1 : 0
  for (let r = 0; r < counts.length; r++) {
    table[2 + 2 * r] = counts[r] === 0 ? 0 : displs[r]!
    table[3 + 2 * r] = counts[r]!
  }
}

/** The same where a table does not fit a cell: the tables go round by windows, and the data in a round of its own. */
function* alltoallvOfMany(
  board: Board,
  given: PlacedIn,
  isInPlace: boolean,
  placeFor: PlaceFor,
): Steps<ReceivedBlocks> {
  const { rank, size } = board
  const width = 2 + 2 * size
  const tables = new Float64Array(size * width)
  const tableOf = (r: number): Float64Array => tables.subarray(r * width, (r + 1) * width)
  const own = tableOf(rank)
  writeTable(own, given, false)
  yield* exchange(board, Block.of(own), own.byteLength, othersOf(board), null, (source, w, n) =>
    readPart(board, source, w, n, 0, Block.of(tableOf(source))),
  )
  const placed = placeFor(Array.from({ length: size }, (_, source) => tableOf(source)[3 + 2 * rank]!))
  const elementBytes = elementSize(given.whole.type)
  const longest = elementBytes * Math.max(...Array.from({ length: size }, (_, r) => tableOf(r)[0]!))
  yield* showData(
    board,
    given,
    isInPlace,
    longest,
    placed,
    (source) => tableOf(source)[2 + 2 * rank]! * elementBytes,
  )
  return placed.result
}

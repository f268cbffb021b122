/**
 * What lies where in the segment that the ranks of a host share. Pure arithmetic: every rank computes the same
 * from the number of ranks.
 *
 *     header   one page: format, number of sleepers, free boards, end of the common memory
 *     ranks    one per rank: what others must know of it, in lines of their own
 *     rings    one per ordered pair, [to][from]: short messages and frames
 *     pools    one per rank: chunks in which it sends what is too long for a ring
 *     boards   one per communicator: see board.ts
 *     heap     from `bytes` on: common memory, grown and mapped piece by piece
 *
 * Memory that nobody touches costs nothing, so sizes bound what a job may use and not what it uses.
 */

/** What two cores fetch together on today's processors: what different ranks write lies this far apart. */
export const LINE_BYTES = 128
export const PAGE_BYTES = 4096

const MIB = 1 << 20
/** All rings of a host together, beyond which they get smaller. */
const RINGS_BYTES = 64 * MIB
const MIN_RING_BYTES = 4096
const MAX_RING_BYTES = 64 << 10

/** Chunks of a rank's pool: enough that sender and receiver copy at the same time, without waiting for each other. */
export const POOL_CHUNKS = 8
const MAX_CHUNK_BYTES = 128 << 10
const MIN_CHUNK_BYTES = 16 << 10
/** All pools of a host together, beyond which chunks get smaller. */
const POOLS_BYTES = 64 * MIB

export const BOARDS = 32
/** Blocks up to this length are copied into the board; longer ones go piece by piece, or are read where they are. */
export const CELL_BYTES = 32 << 10
/** Cells of one rank: so many calls it may be ahead of a rank that has not read its part yet. */
export const CELLS = 4

/** Index of 32-bit words in the header. */
export const Header = { FORMAT: 0, SLEEPERS: 32, BOARDS: 64, HEAP_PAGES: 96 } as const

export interface Layout {
  readonly ranks: number
  readonly ringBytes: number
  readonly chunkBytes: number
  /** Bytes of one board. */
  readonly boardBytes: number
  /** Offsets in bytes. */
  readonly ranksAt: number
  readonly ringsAt: number
  readonly poolsAt: number
  readonly boardsAt: number
  /** Length of all that is mapped from the beginning; the heap starts here. */
  readonly bytes: number
}

/** Lines of one rank in `ranks`: [0] waiting flag, [1] what it tells once at its start. */
export const RANK_BYTES = 2 * LINE_BYTES
/** In front of a ring's data: a line that its reader writes, and one that its writer does. */
export const RING_HEAD_BYTES = 2 * LINE_BYTES
/** In front of a board's cells, for each rank: what all others look at. */
export const BOARD_RANK_BYTES = 4 * LINE_BYTES
/** In front of each cell's data: what is in it. */
export const CELL_HEAD_BYTES = LINE_BYTES

export function layoutFor(ranks: number): Layout {
  const ringBytes = powerOfTwoIn(RINGS_BYTES / (ranks * ranks), MIN_RING_BYTES, MAX_RING_BYTES)
  const chunkBytes = powerOfTwoIn(POOLS_BYTES / (ranks * POOL_CHUNKS), MIN_CHUNK_BYTES, MAX_CHUNK_BYTES)
  const boardBytes = pages(ranks * (BOARD_RANK_BYTES + CELLS * (CELL_HEAD_BYTES + CELL_BYTES)))
  const ranksAt = PAGE_BYTES
  const ringsAt = ranksAt + pages(ranks * RANK_BYTES)
  const poolsAt = ringsAt + pages(ranks * ranks * (RING_HEAD_BYTES + ringBytes))
  const boardsAt = poolsAt + ranks * (PAGE_BYTES + POOL_CHUNKS * chunkBytes)
  const bytes = boardsAt + BOARDS * boardBytes
  return { ranks, ringBytes, chunkBytes, boardBytes, ranksAt, ringsAt, poolsAt, boardsAt, bytes }
}

function powerOfTwoIn(bytes: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, 2 ** Math.floor(Math.log2(bytes))))
}

function pages(bytes: number): number {
  return Math.ceil(bytes / PAGE_BYTES) * PAGE_BYTES
}

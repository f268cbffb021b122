/**
 * What lies where in the segment that the ranks of a host share. Pure arithmetic: every rank computes the same
 * from the number of ranks.
 *
 *     header   one page: format, number of sleepers and of ranks that have left, free boards, end of the heap
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
/** Beyond this a chunk of the pool is as fast, and keeps the ring free for what is short. */
const MAX_RECORD_BYTES = 8 << 10

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
export const Header = { FORMAT: 0, SLEEPERS: 32, CLOSED: 33, BOARDS: 64, HEAP_PAGES: 96 } as const

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

/** Lines of one rank in `ranks`: [0] waiting flag, [1] what it tells once at its start, [2] who has sent to it. */
export const RANK_BYTES = 3 * LINE_BYTES
/** Index of 32-bit words among a rank's lines. The address of 8 known bytes in its memory is a 64-bit number. */
export const RankWord = {
  WAITING: 0,
  PID: 32,
  CLOSED: 33,
  PROBE_LOW: 34,
  PROBE_HIGH: 35,
  CALLERS: 64,
} as const
/** Ranks of a host for which everything but boards and heap lies within 2^31 bytes. */
export const MAX_RANKS = 512

/** In front of a ring's data: a line that its reader writes, and one that its writer does. */
export const RING_HEAD_BYTES = 2 * LINE_BYTES
/** Index of 32-bit words there: bytes and frames that the reader has taken; whether the writer wants to know. */
export const RingWord = { TAKEN_BYTES: 0, TAKEN_FRAMES: 1, WANTS: 32 } as const
/** In front of a board's cells, for each rank: what all others look at. */
export const BOARD_RANK_BYTES = 4 * LINE_BYTES
/** In front of each cell's data: what is in it. */
export const CELL_HEAD_BYTES = LINE_BYTES

/** @param sizes powers of two; tests make them small */
export function layoutFor(ranks: number, sizes: { ringBytes?: number; chunkBytes?: number } = {}): Layout {
  const {
    ringBytes = powerOfTwoIn(RINGS_BYTES / (ranks * ranks), MIN_RING_BYTES, MAX_RING_BYTES),
    chunkBytes = powerOfTwoIn(POOLS_BYTES / (ranks * POOL_CHUNKS), MIN_CHUNK_BYTES, MAX_CHUNK_BYTES),
  } = sizes
  const boardBytes = pages(ranks * (BOARD_RANK_BYTES + CELLS * (CELL_HEAD_BYTES + CELL_BYTES)))
  const ranksAt = PAGE_BYTES
  const ringsAt = ranksAt + pages(ranks * RANK_BYTES)
  const poolsAt = ringsAt + pages(ranks * ranks * (RING_HEAD_BYTES + ringBytes))
  const boardsAt = poolsAt + ranks * (PAGE_BYTES + POOL_CHUNKS * chunkBytes)
  const bytes = boardsAt + BOARDS * boardBytes
  return { ranks, ringBytes, chunkBytes, boardBytes, ranksAt, ringsAt, poolsAt, boardsAt, bytes }
}

/** Where the lines of a rank are. */
export function rankAt(layout: Layout, rank: number): number {
  return layout.ranksAt + rank * RANK_BYTES
}

/** Where the ring of the messages from one rank to another is, its head first. */
export function ringAt(layout: Layout, to: number, from: number): number {
  return layout.ringsAt + (to * layout.ranks + from) * (RING_HEAD_BYTES + layout.ringBytes)
}

/** Where a rank's pool is: a page with a line for each chunk, then the chunks. */
export function poolAt(layout: Layout, rank: number): number {
  return layout.poolsAt + rank * (PAGE_BYTES + POOL_CHUNKS * layout.chunkBytes)
}

/** Longest body in one record. With its head, a skip in front and a quarter not published, it always fits in time. */
export function longestBody({ ringBytes }: Layout): number {
  return Math.min(ringBytes >> 2, MAX_RECORD_BYTES)
}

function powerOfTwoIn(bytes: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, 2 ** Math.floor(Math.log2(bytes))))
}

function pages(bytes: number): number {
  return Math.ceil(bytes / PAGE_BYTES) * PAGE_BYTES
}

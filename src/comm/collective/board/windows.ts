/**
 * How blocks of any length are shown on a board: whole, in a cell or where they lie; or, where ranks cannot read
 * each other's memory, window by window through the cells, in as many rounds.
 *
 * All ranks must count the same rounds. So they must know the length of the longest block shown: it is the same
 * for all, or root's, or everybody looks at everybody's first.
 */

import type { Board } from '../../../transport/board.ts'
import { Block } from '../../../wire/block.ts'
import type { TypeCode } from '../../../wire/datatype.ts'
import { AT_A_STRETCH, isLong, rest, type Steps } from './steps.ts'

/** In how many rounds a block of so many bytes is shown, where it need not be copied: one, if it can be read where it lies. */
export function windowsOf(board: Board, bytes: number): number {
  return board.canFetch ? 1 : windowsInCells(board, bytes)
}

/** The same for a block that goes through the cells in any case. */
export function windowsInCells(board: Board, bytes: number): number {
  return Math.max(1, Math.ceil(bytes / board.cellBytes))
}

/** Whether it is time to give way before window `w` of those that go through the cells. */
export function isStretchOver(board: Board, w: number): boolean {
  return w > 0 && w % Math.ceil(AT_A_STRETCH / board.cellBytes) === 0
}

/** Bytes `start` up to, not including, `end`, as a block over the same memory. */
export function part(block: Block, start: number, end: number): Block {
  return new Block(block.type, block.buffer, block.byteOffset + start, end - start)
}

/** What of `block` is shown in window `w` of `n`. */
export function windowOf(board: Board, block: Block, w: number, n: number): Block {
  if (n === 1) return block
  const start = Math.min(w * board.cellBytes, block.byteLength)
  return part(block, start, Math.min(start + board.cellBytes, block.byteLength))
}

/** All ranks but this one, from the next one up: so no rank is read by all others at the same time. */
export function othersOf({ rank, size }: Board): number[] {
  return Array.from({ length: size - 1 }, (_, i) => (rank + 1 + i) % size)
}

/** Reads as much of the bytes from `from` on, in what `peer` shows in all, as window `w` of `n` has, to its place in `into`. */
export function readPart(board: Board, peer: number, w: number, n: number, from: number, into: Block): void {
  if (n === 1) return board.read(peer, from, into)
  const first = w * board.cellBytes
  const start = Math.max(first, from)
  const end = Math.min(first + board.cellBytes, from + into.byteLength)
  if (start < end) board.read(peer, start - first, part(into, start - from, end - from))
}

/** Shows `block` to all, who need not be there yet. */
export function* showToAll(board: Board, block: Block): Steps<void> {
  const n = windowsOf(board, block.byteLength)
  let isLent = false
  for (let w = 0; w < n; w++) {
    while (!board.isFree()) yield
    isLent = board.show(windowOf(board, block, w, n), block.byteLength)
    board.leave()
  }
  while (isLent && !board.allLeft()) yield
}

/** What a rank wants of a block: where it begins there, in bytes, and where it goes here. */
export interface Wanted {
  readonly from: number
  readonly into: Block
}

/** Reads a part of what `root` alone shows. `want` hears of type and length of it; resolves to the part. */
export function* readFrom(
  board: Board,
  root: number,
  want: (type: TypeCode, bytes: number) => Wanted,
): Steps<Block> {
  board.pass()
  while (!board.came(root)) yield
  const total = board.totalOf(root)
  const { from, into } = want(board.typeOf(root), total)
  const n = windowsOf(board, total)
  readPart(board, root, 0, n, from, into)
  board.leave()
  for (let w = 1; w < n; w++) {
    board.pass()
    while (!board.came(root)) yield
    readPart(board, root, w, n, from, into)
    board.leave()
  }
  return into
}

/** Hears that window `w` of `n` of what `source` shows can be read. */
export type Take = (source: number, w: number, n: number) => void

/**
 * Shows `mine` (null: nothing) and reads from `sources`.
 *
 * @param bytes length of the longest block that any rank shows
 * @param readers who reads what this rank shows; null: all others
 */
export function* exchange(
  board: Board,
  mine: Block | null,
  bytes: number,
  sources: readonly number[],
  readers: readonly number[] | null,
  take: Take,
): Steps<void> {
  const n = windowsOf(board, bytes)
  let isLent = false
  for (let w = 0; w < n; w++) {
    if (mine === null) board.pass()
    else {
      while (!board.isFree()) yield
      isLent = board.show(windowOf(board, mine, w, n), mine.byteLength)
    }
    for (const source of sources) {
      while (!board.came(source)) yield
      take(source, w, n)
      if (isLong(bytes)) yield rest(board)
    }
    board.leave()
  }
  if (isLent) yield* waitForReaders(board, readers)
}

/**
 * As `exchange`, for blocks of lengths that only their owners know.
 *
 * @param showers the other ranks that show something; `sources` are among them
 * @param place hears of type and length (in bytes, by rank) of what the sources show, when all have, and says
 *   where they go
 */
export function* exchangeUnequal(
  board: Board,
  mine: Block | null,
  showers: readonly number[],
  sources: readonly number[],
  readers: readonly number[] | null,
  place: (typeOf: (rank: number) => TypeCode, bytes: readonly number[]) => (source: number) => Block,
): Steps<void> {
  let isLent = false
  if (mine === null) board.pass()
  else {
    while (!board.isFree()) yield
    isLent = board.show(firstWindow(board, mine), mine.byteLength)
  }
  const bytes: number[] = new Array(board.size).fill(0)
  let longest = mine === null ? 0 : mine.byteLength
  // Who shows more than a cell holds takes more rounds, which all must know of, unless it can be fetched at once.
  for (const peer of board.canFetch ? sources : showers) {
    while (!board.came(peer)) yield
    bytes[peer] = board.totalOf(peer)
    longest = Math.max(longest, bytes[peer]!)
  }
  const placeOf = place((rank) => board.typeOf(rank), bytes)
  const into = new Map(sources.map((source) => [source, placeOf(source)]))
  const n = windowsOf(board, longest)
  for (let w = 0; w < n; w++) {
    if (w > 0) {
      if (mine === null) board.pass()
      else {
        while (!board.isFree()) yield
        board.show(windowOf(board, mine, w, n), mine.byteLength)
      }
    }
    for (const source of sources) {
      while (!board.came(source)) yield
      readPart(board, source, w, n, 0, into.get(source)!)
      if (isLong(bytes[source]!)) yield rest(board)
    }
    board.leave()
  }
  if (isLent) yield* waitForReaders(board, readers)
}

/** Waits until what this rank shows by saying where it is may be overwritten. */
export function* waitForReaders(board: Board, readers: readonly number[] | null): Steps<void> {
  if (readers === null) while (!board.allLeft()) yield
  else for (const reader of readers) while (!board.left(reader)) yield
}

function firstWindow(board: Board, block: Block): Block {
  return board.canFetch ? block : part(block, 0, Math.min(block.byteLength, board.cellBytes))
}

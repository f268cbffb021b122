/**
 * Chunks in which a rank sends what is too long for a ring: it fills one, names it in a record, and fills the next
 * while the receiver copies. The receiver frees a chunk with one store.
 *
 * A peer may fill all but two of them, so that one that takes nothing does not cost the others everything.
 */

import { LINE_BYTES, PAGE_BYTES, POOL_CHUNKS, poolAt } from './layout.ts'
import { look } from './memory-order.ts'
import type { Segment } from './segment.ts'

const MOST_OF_ONE_PEER = POOL_CHUNKS - 2

const NOBODY = -1

/** This rank's own chunks. */
export class Pool {
  readonly #segment: Segment
  readonly #at: number
  /** Which peer each chunk was last filled for. */
  readonly #filledFor = new Int32Array(POOL_CHUNKS).fill(NOBODY)

  constructor(segment: Segment, rank: number) {
    this.#segment = segment
    this.#at = poolAt(segment.layout, rank)
  }

  /** Takes a chunk for a body to `peer`; -1: there is none for it. */
  take(peer: number): number {
    let free = -1
    let held = 0
    for (let chunk = 0; chunk < POOL_CHUNKS; chunk++) {
      if (look(this.#segment.words, flagIndex(this.#at, chunk)) === 0) free = chunk
      else if (this.#filledFor[chunk] === peer) held++
    }
    if (free < 0 || held >= MOST_OF_ONE_PEER) return -1
    Atomics.store(this.#segment.words, flagIndex(this.#at, free), 1)
    this.#filledFor[free] = peer
    return free
  }

  /** Whether `peer` has chunks that it has not freed. */
  isHeldBy(peer: number): boolean {
    for (let chunk = 0; chunk < POOL_CHUNKS; chunk++) {
      if (this.#filledFor[chunk] === peer && look(this.#segment.words, flagIndex(this.#at, chunk)) !== 0)
        return true
    }
    return false
  }

  fill(chunk: number, body: Uint8Array): void {
    this.#segment.u8.set(body, dataAt(this.#segment, this.#at, chunk))
  }

  /** Takes back what a peer that reads no more has not freed. */
  reclaim(peer: number): void {
    for (let chunk = 0; chunk < POOL_CHUNKS; chunk++) {
      if (this.#filledFor[chunk] === peer) freeChunk(this.#segment, this.#at, chunk)
    }
  }
}

/** A chunk of another rank's pool. */
export function chunkBytes(segment: Segment, rank: number, chunk: number, length: number): Uint8Array {
  const pool = poolAt(segment.layout, rank)
  return new Uint8Array(segment.u8.buffer, dataAt(segment, pool, chunk), length)
}

/** Gives a chunk back to the rank whose pool is at `pool`. */
export function freeChunk(segment: Segment, pool: number, chunk: number): void {
  Atomics.store(segment.words, flagIndex(pool, chunk), 0)
}

function flagIndex(pool: number, chunk: number): number {
  return (pool + chunk * LINE_BYTES) >> 2
}

function dataAt(segment: Segment, pool: number, chunk: number): number {
  return pool + PAGE_BYTES + chunk * segment.layout.chunkBytes
}

/**
 * Which boards are free, and those that this rank uses.
 *
 * A word per board in the header: 0 while it is free, else one more than the number of ranks that have given it up
 * again. Who gives it up last makes it free; who takes it wipes it. Board 0 belongs to all ranks and is never taken.
 */

import type { Board } from '../board.ts'
import { SharedBoard } from './board.ts'
import { BOARDS, Header } from './layout.ts'
import type { PeerMemory } from './peer-memory.ts'
import type { Segment } from './segment.ts'
import type { Sleepers } from './sleepers.ts'

export class Boards {
  readonly #segment: Segment
  readonly #own: number
  readonly #memory: PeerMemory
  readonly #sleepers: Sleepers
  readonly #used = new Map<number, { readonly board: Board; readonly size: number }>()

  /** @param own number of this rank on this host, as are all others here */
  constructor(segment: Segment, own: number, memory: PeerMemory, sleepers: Sleepers) {
    this.#segment = segment
    this.#own = own
    this.#memory = memory
    this.#sleepers = sleepers
  }

  /** Takes a free board; -1: there is none. */
  take(): number {
    for (let id = 1; id < BOARDS; id++) {
      if (Atomics.compareExchange(this.#segment.words, Header.BOARDS + id, 0, 1) === 0) return id
    }
    return -1
  }

  board(id: number, members: readonly number[]): Board {
    const used = this.#used.get(id)
    if (used !== undefined) return used.board
    const { layout, u8 } = this.#segment
    const memory = this.#memory
    const board = new SharedBoard({
      buffer: u8.buffer,
      byteOffset: layout.boardsAt + id * layout.boardBytes,
      rank: members.indexOf(this.#own),
      size: members.length,
      memory: {
        canFetch: memory.canFetch,
        expose: (block) => memory.expose(block),
        fetch: (rank, address, offset, into) => memory.fetch(members[rank]!, address, offset, into),
      },
      waker: { wake: (concerns) => this.#sleepers.wakeAmong(members, concerns) },
    })
    this.#used.set(id, { board, size: members.length })
    return board
  }

  free(id: number): void {
    const used = this.#used.get(id)
    if (used === undefined || id === 0) return
    this.#used.delete(id)
    const word = Header.BOARDS + id
    const before = Atomics.add(this.#segment.words, word, 1)
    if (before === used.size) Atomics.store(this.#segment.words, word, 0)
  }
}

/** Boards of N ranks in one process, over one buffer; for tests of boards and of what runs on them. */

import { boardBytes, type PeerMemory, SharedBoard, type Waker } from '../../src/transport/shm/board.ts'
import { BOARD_RANK_BYTES, CELL_BYTES, CELLS } from '../../src/transport/shm/layout.ts'
import type { Block } from '../../src/wire/block.ts'

export interface BoardSettings {
  /** Whether ranks can read each other's memory. */
  readonly canFetch: boolean
  readonly cells?: number
  readonly cellBytes?: number
}

/** Every way that blocks can take: short and long cells, with and without fetching. */
export const boardSettings: readonly BoardSettings[] = [
  { canFetch: true },
  { canFetch: false },
  { canFetch: true, cells: 2, cellBytes: 64 },
  { canFetch: false, cells: 2, cellBytes: 64 },
  { canFetch: false, cells: 3, cellBytes: 512 },
]

/** What stands for the memory of all ranks of one process: addresses are numbers of blocks. */
export class FakeMemory implements PeerMemory {
  readonly canFetch: boolean
  /** Ranks that are dead. */
  readonly dead = new Set<number>()
  readonly #exposed = new Map<number, Block>()
  #next = 1

  constructor(canFetch: boolean) {
    this.canFetch = canFetch
  }

  expose(block: Block): number {
    this.#exposed.set(this.#next, block)
    // Old ones are not kept for ever: nobody shows more than a few at once.
    this.#exposed.delete(this.#next - 4096)
    return this.#next++
  }

  fetch(rank: number, address: number, offset: number, into: Block): boolean {
    if (this.dead.has(rank)) return false
    into.bytes().set(this.#exposed.get(address)!.bytes(offset, into.byteLength))
    return true
  }
}

/** Bytes of one board of these settings. */
export function bytesFor(size: number, { cells = CELLS, cellBytes = CELL_BYTES }: BoardSettings): number {
  return Math.ceil(boardBytes(size, cells, cellBytes) / BOARD_RANK_BYTES) * BOARD_RANK_BYTES
}

/** One board, as each of its ranks has it. `wake` is called after every change, with who waits for it. */
export function boardsOf(
  size: number,
  settings: BoardSettings,
  memory: PeerMemory = new FakeMemory(settings.canFetch),
  wake: Waker['wake'] = () => {},
  buffer: ArrayBuffer = new ArrayBuffer(bytesFor(size, settings)),
  byteOffset = 0,
): SharedBoard[] {
  return Array.from(
    { length: size },
    (_, rank) => new SharedBoard({ buffer, byteOffset, rank, size, memory, waker: { wake }, ...settings }),
  )
}

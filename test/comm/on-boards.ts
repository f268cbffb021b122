/**
 * runRanks over simulated ranks that have boards, in memory of this process: a backend for the tests of
 * collective calls. What waits for memory is looked at again, at a moment drawn by the seed, after each change
 * of it; so schedules repeat, and deadlocks are found, as with messages.
 */

import type { RunOptions } from '../../src/testing/index.ts'
import { type Program, Simulation } from '../../src/testing/simulation.ts'
import type { SharedMemory } from '../../src/transport/shared-memory.ts'
import { SharedBoard } from '../../src/transport/shm/board.ts'
import type { SimulatedNetwork } from '../../src/transport/simulated/network.ts'
import type { Transport } from '../../src/transport/transport.ts'
import type { Block } from '../../src/wire/block.ts'
import { type BoardSettings, bytesFor, FakeMemory } from '../transport/boards.ts'

const BOARDS = 6

/** A function like runRanks whose ranks have boards of these settings. */
export function runRanksOn(settings: BoardSettings) {
  return <T>(size: number, program: Program<T>, options: RunOptions = {}): Promise<T[]> => {
    const { nodeOf } = options
    // One host only: another one's ranks would need memory of their own.
    if (nodeOf?.some((node) => node !== nodeOf[0])) return new Simulation(size, program, options).verdict
    const host = new Host(size, settings)
    return new Simulation(size, program, options, (transport, rank, network) =>
      host.dress(transport, rank, network),
    ).verdict
  }
}

class Host {
  readonly size: number
  readonly settings: BoardSettings
  readonly memory: FakeMemory
  readonly buffer: ArrayBuffer
  readonly stride: number
  /** Per board: 0, or 1 and how many ranks have freed it. */
  readonly uses = new Array<number>(BOARDS).fill(0)
  readonly ranks: SimulatedShared[] = []

  constructor(size: number, settings: BoardSettings) {
    this.size = size
    this.settings = settings
    this.memory = new FakeMemory(settings.canFetch)
    this.stride = bytesFor(size, settings)
    this.buffer = new ArrayBuffer(BOARDS * this.stride)
    this.uses[0] = 1
  }

  dress(transport: Transport, rank: number, network: SimulatedNetwork): Transport {
    const shared = new SimulatedShared(this, rank, network)
    this.ranks[rank] = shared
    return new Proxy(transport, {
      get(target, name) {
        if (name === 'shared') return shared
        const value = Reflect.get(target, name, target)
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
  }

  wake(): void {
    for (const rank of this.ranks) rank.lookLater()
  }
}

class SimulatedShared implements SharedMemory {
  readonly ranks: readonly number[]
  readonly isCrowded = true
  readonly isUntouched = false
  readonly #host: Host
  readonly #rank: number
  readonly #network: SimulatedNetwork
  readonly #steps = new Set<() => boolean>()
  readonly #sizes = new Map<number, number>()
  readonly #boards: SharedBoard[] = []
  #willLook = false

  constructor(host: Host, rank: number, network: SimulatedNetwork) {
    this.#host = host
    this.#rank = rank
    this.#network = network
    this.ranks = Array.from({ length: host.size }, (_, r) => r)
  }

  /** Nothing for messages: those have tests of their own. */
  get canFetch(): boolean {
    return false
  }

  lookLater(): void {
    if (this.#willLook || this.#steps.size === 0) return
    this.#willLook = true
    this.#network.post(() => {
      this.#willLook = false
      if (this.#network.isDead(this.#rank)) return
      for (const step of [...this.#steps]) if (this.#steps.has(step) && step()) this.#steps.delete(step)
      // Who only gives way goes on without anybody's change.
      if (this.#boards.some((board) => board.awaited < 0)) this.lookLater()
    })
  }

  watch(step: () => boolean): void {
    this.#steps.add(step)
    this.lookLater()
  }

  unwatch(step: () => boolean): void {
    this.#steps.delete(step)
  }

  takeBoard(): number {
    const id = this.#host.uses.indexOf(0)
    if (id > 0) this.#host.uses[id] = 1
    return id
  }

  board(id: number, ranks: readonly number[]): SharedBoard {
    const { memory, buffer, stride, settings } = this.#host
    this.#sizes.set(id, ranks.length)
    const board = new SharedBoard({
      buffer,
      byteOffset: id * stride,
      rank: ranks.indexOf(this.#rank),
      size: ranks.length,
      memory: {
        canFetch: memory.canFetch,
        expose: (block) => memory.expose(block),
        fetch: (rank, address, offset, into) => this.fetch(ranks[rank]!, address, offset, into),
      },
      waker: { wake: () => this.#host.wake() },
      ...settings,
    })
    this.#boards.push(board)
    return board
  }

  freeBoard(id: number): void {
    if (++this.#host.uses[id]! > this.#sizes.get(id)!) this.#host.uses[id] = 0
  }

  expose(): number {
    return 0
  }

  fetch(peer: number, address: number, offset: number, into: Block): boolean {
    return !this.#network.isDead(peer) && this.#host.memory.fetch(peer, address, offset, into)
  }

  lane(): null {
    return null
  }

  giveWay(): void {}

  relax(): void {}

  turnDue(): boolean {
    return false
  }

  poll(): void {}

  takeMemory(): number {
    throw new Error('there is no common memory here')
  }

  memory(): ArrayBuffer {
    throw new Error('there is no common memory here')
  }
}

/**
 * runRanks over simulated ranks that have boards, in memory of this process, on one host or on several with
 * messages between them: a backend for the tests of collective calls. What waits for memory is looked at again, at
 * a moment drawn by the seed, after each change of it; so schedules repeat, and deadlocks are found, as with messages.
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

/** The host number of each rank, of so many ranks. */
export type Placement = (size: number) => number[]

/** Ways to place ranks: in equal halves, with one alone at either end, turn and turn about, and in threes. */
export const placements = {
  halves: (size) => hosts(size, (rank) => (2 * rank < size ? 0 : 1)),
  fours: (size) => hosts(size, (rank) => rank >> 2),
  'last alone': (size) => hosts(size, (rank) => (rank < size - 1 ? 0 : 1)),
  'first alone': (size) => hosts(size, (rank) => (rank > 0 ? 1 : 0)),
  'in turn': (size) => hosts(size, (rank) => rank % 2),
  threes: (size) => hosts(size, (rank) => Math.floor(rank / 3)),
  'three in turn': (size) => hosts(size, (rank) => (rank % 5) % 3),
} satisfies Record<string, Placement>

function hosts(size: number, of: (rank: number) => number): number[] {
  return Array.from({ length: size }, (_, rank) => of(rank))
}

/**
 * A function like runRanks whose ranks have boards of these settings, on the hosts that its options name, or else
 * `placement`; without either on one.
 */
export function runRanksOn(
  settings: BoardSettings,
  placement: Placement = (size) => hosts(size, () => 0),
  bracketing: 'placement' | 'rank' = 'placement',
) {
  return <T>(size: number, program: Program<T>, options: RunOptions = {}): Promise<T[]> => {
    const { nodeOf = placement(size) } = options
    const memories = new Map<number, Host>()
    for (const node of new Set(nodeOf)) {
      const members = hosts(size, (rank) => rank).filter((rank) => nodeOf[rank] === node)
      memories.set(node, new Host(members, settings))
    }
    return new Simulation(
      size,
      program,
      { ...options, nodeOf },
      {
        sharing: true,
        bracketing,
        dress: (transport, rank, network) => memories.get(nodeOf[rank]!)!.dress(transport, rank, network),
      },
    ).verdict
  }
}

class Host {
  readonly members: readonly number[]
  readonly settings: BoardSettings
  readonly memory: FakeMemory
  readonly buffer: ArrayBuffer
  readonly stride: number
  /** Per board: 0, or 1 and how many ranks have freed it. */
  readonly uses = new Array<number>(BOARDS).fill(0)
  readonly ranks: SimulatedShared[] = []

  constructor(members: readonly number[], settings: BoardSettings) {
    this.members = members
    this.settings = settings
    this.memory = new FakeMemory(settings.canFetch)
    this.stride = bytesFor(members.length, settings)
    this.buffer = new ArrayBuffer(BOARDS * this.stride)
    this.uses[0] = 1
  }

  dress(transport: Transport, rank: number, network: SimulatedNetwork): Transport {
    if (this.members.length === 1) return transport
    const shared = new SimulatedShared(this, rank, network)
    this.ranks.push(shared)
    return new Proxy(transport, {
      get(target, name) {
        if (name === 'shared') return shared
        const value = Reflect.get(target, name, target)
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
  }

  wake(ranks: readonly number[], concerns: (rank: number) => boolean): void {
    for (const shared of this.ranks) if (shared.isConcerned(ranks, concerns)) shared.lookLater()
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
    this.ranks = host.members
  }

  /** Nothing for messages: those have tests of their own. */
  get canFetch(): boolean {
    return false
  }

  isConcerned(ranks: readonly number[], concerns: (rank: number) => boolean): boolean {
    const at = ranks.indexOf(this.#rank)
    return at >= 0 && concerns(at)
  }

  lookLater(): void {
    if (this.#willLook || this.#steps.size === 0) return
    this.#willLook = true
    this.#network.post(() => {
      this.#willLook = false
      if (this.#network.isDead(this.#rank)) return
      for (const step of [...this.#steps]) if (this.#steps.has(step) && step()) this.#steps.delete(step)
      // Who only gives way goes on without anybody's change.
      if (this.#boards.some((board) => board.awaited === -1)) this.lookLater()
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
      waker: { wake: (concerns) => this.#host.wake(ranks, concerns) },
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
  stir(): void {}

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

/**
 * One run of a program on N simulated ranks, from the first call to the verdict.
 *
 * The verdict is the first that happens: a rank fails, a rank aborts, nobody can go on (deadlock), or every
 * rank has finished. After it the simulation stands still.
 */

import type { Communicator } from '../comm/communicator.ts'
import { createWorld, type Ending, type World } from '../comm/world-of.ts'
import { DeadlockError } from '../errors.ts'
import { SimulatedNetwork } from '../transport/simulated/network.ts'
import type { Transport } from '../transport/transport.ts'
import { annotate } from './annotate.ts'
import type { Kill, RunOptions } from './options.ts'
import { SimulatedLauncher } from './simulated-job.ts'

export type Program<T> = (comm: Communicator) => T | Promise<T>

interface Player {
  readonly rank: number
  readonly world: World
  /** `finishing`: its program has returned, its messages are still on their way or others at work. */
  state: 'ready' | 'running' | 'finishing' | 'finished' | 'dead'
}

/** What else there is to a simulated job; for tests of tsmpi itself. */
export interface Ground {
  /** Puts something around the simulated transport of a rank. */
  readonly dress?: (transport: Transport, rank: number, network: SimulatedNetwork) => Transport
  /** Whether `dress` gives the ranks of a host memory that they share. */
  readonly sharing?: boolean
  readonly bracketing?: 'placement' | 'rank'
}

export class Simulation<T> {
  /** The ranks' results in rank order, or the reason why there are none. */
  readonly verdict: Promise<T[]>
  readonly #program: Program<T>
  readonly #options: RunOptions
  readonly #network: SimulatedNetwork
  readonly #launcher: SimulatedLauncher
  readonly #players: Player[]
  readonly #results: T[]
  #over = false
  #resolve!: (results: T[]) => void
  #reject!: (error: Error) => void

  constructor(size: number, program: Program<T>, options: RunOptions, ground: Ground = {}) {
    const { dress = (transport) => transport, sharing = false, bracketing = 'placement' } = ground
    this.#program = program
    this.#options = options
    this.verdict = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    const network = new SimulatedNetwork(size, {
      seed: options.seed,
      // The protocol announces what is longer than this; an empty message is longer than -1.
      eagerBytes: options.eager === 0 ? -1 : options.eager,
      delayMs: options.delayMs,
      busy: () => this.#isAnyBusy(),
      waiting: () => !this.#over,
    })
    this.#network = network
    this.#launcher = new SimulatedLauncher({
      size,
      jobId: `simulated-${network.seed}`,
      nodeOf: options.nodeOf ?? new Array<number>(size).fill(0),
      carrier: network,
      sharing,
      bracketing,
      onAbort: (rank, error) => this.#fail(rank, error),
    })
    this.#results = new Array<T>(size).fill(undefined as T)
    this.#players = this.#launcher.jobs.map((job) => {
      const { rank } = job
      const transport = dress(network.transport(rank), rank, network)
      const world = createWorld({ transport, clock: network.clock(rank), job })
      return { rank, world, state: 'ready' }
    })
    network.onThrow((error) => this.#fail(null, error))
    network.onStall((certain) => this.#onStall(certain))
    network.onLate((resources) => this.#onLate(resources))
    for (const kill of killsOf(options)) this.#plan(kill)
    // The order of the ranks' first steps is drawn as well.
    for (const player of this.#players) network.post(() => void this.#play(player))
  }

  async #play(player: Player): Promise<void> {
    const { rank, world } = player
    if (player.state === 'dead') return
    player.state = 'running'
    try {
      this.#results[rank] = await this.#program(world.comm)
      // As a process does not end while it has sends and requests that nobody awaits.
      let end: Ending | null = null
      while (end === null) {
        await world.drained()
        if (this.#over || isDead(player)) return
        player.state = 'finishing'
        end = await world.finalize()
        if (this.#over || isDead(player)) return
      }
      const { errors, warnings } = end
      for (const warning of warnings) this.#warn(`rank ${rank}: ${warning}`)
      if (errors.length > 0) return this.#fail(rank, errors[0])
      player.state = 'finished'
      this.#endIfAllHave()
    } catch (error) {
      if (!isDead(player)) this.#fail(rank, error)
    }
  }

  #plan(kill: Kill): void {
    const die = () => this.#die(kill.rank)
    if ('atMs' in kill) this.#network.at(kill.atMs, die)
    else this.#network.afterEvents(kill.afterEvents, die)
  }

  #die(rank: number): void {
    const player = this.#players[rank]!
    if (this.#over || player.state === 'finished' || isDead(player)) return
    player.state = 'dead'
    this.#results[rank] = undefined as T
    const reason = 'was killed by the simulation'
    this.#network.kill(rank, reason)
    this.#launcher.failed(rank, reason)
    this.#endIfAllHave()
  }

  /** Silence. It is no deadlock while a rank waits for something else, unless that cannot come either. */
  #onStall(certain: boolean): boolean {
    if (!certain && this.#isAnyBusy()) return true
    // A rank that only waits for ranks that have finished, or for itself, gets an error of its own.
    if (this.#players.filter(({ state, world }) => state === 'running' && world.idle()).length > 0)
      return true
    const nobody = 'deadlock: every rank waits for something that no other rank will do'
    this.#end(new DeadlockError(`${nobody}\n${this.#listWaits()}${this.#replay()}`))
    return false
  }

  #onLate(resources: string): void {
    const what = `no rank has gone on for two seconds; it is no deadlock as long as the process has ${resources}`
    this.#warn(`${what}\n${this.#listWaits()}`)
  }

  #listWaits(): string {
    return this.#players.map((player) => `  rank ${player.rank}: ${whatFor(player)}`).join('\n')
  }

  #isAnyBusy(): boolean {
    return this.#players.some(({ state, world }) => state === 'running' && world.pending() === 0)
  }

  #fail(rank: number | null, error: unknown): void {
    if (!this.#over) this.#end(annotate(error, rank === null ? '' : `rank ${rank}: `, this.#replay()))
  }

  #endIfAllHave(): void {
    if (this.#players.every((player) => player.state === 'finished' || isDead(player))) this.#end(null)
  }

  /**
   * The other ranks stop where they are, as processes do that are killed: what they wait for never settles.
   * Rejecting it instead would run their error handling in a job that no longer exists, and a promise that a
   * rank had not got round to awaiting would show up as an unhandled rejection of the whole process.
   */
  #end(error: Error | null): void {
    if (this.#over) return
    this.#over = true
    this.#network.close()
    if (error === null) this.#resolve(this.#results)
    else this.#reject(error)
  }

  #warn(warning: string): void {
    const onWarning = this.#options.onWarning ?? console.warn
    onWarning(`${warning}${this.#replay()}`)
  }

  #replay(): string {
    return `\n(replay with { seed: ${this.#network.seed} })`
  }
}

function killsOf({ kill }: RunOptions): readonly Kill[] {
  if (kill === undefined) return []
  return 'rank' in kill ? [kill] : kill
}

/** A function, because TypeScript believes that a state set before an await is still the same after it. */
function isDead(player: Player): boolean {
  return player.state === 'dead'
}

/** What a rank waits for, for the deadlock report. */
function whatFor({ state, world }: Player): string {
  if (state === 'dead') return 'was killed'
  const { pending } = world.activity()
  if (pending.length > 0) return pending.join('\n          ')
  if (state === 'running') return 'waits for something other than a message'
  return 'has finished'
}

/**
 * N ranks in one process, over a network that never behaves the same way twice, except when asked to.
 *
 * The seed draws every schedule the contract allows: which rank's event comes next, whether a borrowed body
 * returns before or after its delivery, how much of a dead rank's last words arrive. All state lives in the
 * instance, so any number of networks can run at once in a process.
 */

import { InvariantError, invariant } from '../../errors.ts'
import type { Clock, Transport } from '../transport.ts'
import { Channel, type Delay, type Road } from './channel.ts'
import { SimulatedCommonMemory } from './common-memory.ts'
import { Inbox } from './inbox.ts'
import { drawSeed, Random } from './random.ts'
import { Schedule } from './schedule.ts'
import { type Exchange, SimulatedTransport } from './simulated-transport.ts'
import { VirtualClock } from './virtual-clock.ts'

export interface NetworkOptions {
  /** Decides the schedule. Drawn if not given; `network.seed` tells it. */
  seed?: number
  /** @see Transport.eagerBytes */
  eagerBytes?: number
  /** @see Transport.creditBytes */
  creditBytes?: number
  /** Longest body of a frame. Small by default, so that messages of a few KiB travel in pieces. */
  maxBodyBytes?: number
  /** Bytes in flight from one rank to another; the rest waits at the sender. */
  windowBytes?: number
  /** Bodies up to this length are copied by `send`, longer ones borrowed. */
  copyBytes?: number
  /** How long a frame travels in virtual time: constant, a range to draw from, or computed. None by default. */
  delayMs?: number | readonly [min: number, max: number] | Delay
  /** Whether some rank is at work outside the network, such as waiting for a file. Default: never known. */
  busy?: () => boolean
  /** Whether a stall is worth knowing of. Default: while some rank holds its transport. */
  waiting?: () => boolean
}

/**
 * Called when nothing can happen any more. `certain`: nothing outside the simulation either. Returning true
 * means: look again.
 */
export type StallListener = (certain: boolean) => boolean | void

export class SimulatedNetwork {
  readonly size: number
  readonly seed: number
  readonly #random: Random
  readonly #schedule: Schedule
  readonly #road: Road
  readonly #inboxes: Inbox[]
  readonly #channels: (Channel | undefined)[]
  readonly #transports: SimulatedTransport[]
  readonly #dead: boolean[]
  #onStall: StallListener | null = null
  #onLate: ((resources: string) => void) | null = null
  #onThrow: ((error: unknown) => void) | null = null

  constructor(size: number, options: NetworkOptions = {}) {
    invariant(Number.isInteger(size) && size > 0, `a simulated network of ${size} ranks was asked for`)
    this.size = size
    this.seed = options.seed ?? drawSeed()
    this.#random = new Random(this.seed)
    const waiting = options.waiting ?? (() => this.#inboxes.some((inbox) => inbox.isHeld))
    this.#schedule = new Schedule({
      random: this.#random,
      busy: options.busy ?? (() => false),
      waiting: () => this.#onStall !== null && waiting(),
      onStall: (certain) => this.#onStall?.(certain) === true,
      onLate: (resources) => this.#onLate?.(resources),
      onThrow: (error) => this.#thrown(error),
    })
    this.#road = {
      schedule: this.#schedule,
      random: this.#random,
      windowBytes: options.windowBytes ?? 64 * 1024,
      copyBytes: options.copyBytes ?? 256,
      delay: delayOf(options.delayMs),
      sent: 0,
    }
    const eagerBytes = options.eagerBytes ?? 4096
    const limits = {
      eagerBytes,
      creditBytes: options.creditBytes ?? Math.max(64 * 1024, 4 * eagerBytes),
      maxBodyBytes: Math.max(options.maxBodyBytes ?? 16 * 1024, eagerBytes),
    }
    this.#inboxes = []
    this.#transports = []
    this.#channels = new Array(size * size)
    this.#dead = new Array(size).fill(false)
    const exchange: Exchange = {
      size,
      common: new SimulatedCommonMemory(),
      channel: (source, dest) => this.#channel(source, dest),
      existing: (source, dest) => this.#channels[source * size + dest],
      leave: (rank) => this.#leave(rank, `rank ${rank} has closed its transport`, (travelling) => travelling),
    }
    for (let rank = 0; rank < size; rank++) {
      const inbox = new Inbox(rank, this.#schedule, this.#random)
      this.#inboxes.push(inbox)
      this.#transports.push(new SimulatedTransport(exchange, inbox, limits))
    }
  }

  /** Virtual time since the start, in milliseconds. */
  get nowMs(): number {
    return this.#schedule.nowMs
  }

  /** Events delivered so far. */
  get events(): number {
    return this.#schedule.events
  }

  transport(rank: number): Transport {
    return this.#transports[this.#checked(rank)]!
  }

  /**
   * Virtual time for `rank`. Timers fire in the order of their times, as events among the others; when
   * nothing else can happen, time jumps to the next one, unless a rank waits for something real (a file, a
   * timer of Node's). `turn()` resolves, as an event, after every frame that was on its way to the rank
   * and could be delivered when it was called.
   */
  clock(rank: number): Clock {
    return new VirtualClock(this.#schedule, this.#inboxes[this.#checked(rank)]!, this.#road)
  }

  /** Calls `f` as an event of its own, as news that come from outside the network do. */
  post(f: () => void): void {
    this.#schedule.post(f)
  }

  /** Calls `f` at a virtual time, as an event. */
  at(atMs: number, f: () => void): void {
    this.#schedule.at(atMs, true, () => this.#schedule.post(f))
  }

  /** Calls `f` as an event, after that many others of the whole network. */
  afterEvents(events: number, f: () => void): void {
    this.#schedule.afterEvents(events, f)
  }

  /**
   * Ends a rank as a crash does: it receives nothing more and its timers stop; of what it had sent, a part
   * drawn by the seed arrives, and then every other rank learns of its death.
   */
  kill(rank: number, reason = `rank ${rank} was killed`): void {
    this.#checked(rank)
    if (this.#dead[rank]) return
    this.#dead[rank] = true
    this.#leave(rank, reason, (travelling) => this.#random.below(travelling + 1))
  }

  isDead(rank: number): boolean {
    return this.#dead[rank] === true
  }

  /** Bytes of bodies that are in the window from `source` to `dest`. */
  bytesInFlight(source: number, dest: number): number {
    return this.#channels[source * this.size + dest]?.travellingBytes ?? 0
  }

  /**
   * Called when some rank is waiting, no event is left and no timer runs, and nothing real is going on in
   * the process that was not going on when the network was made. Once per silence.
   */
  onStall(listener: StallListener): void {
    this.#onStall = listener
    this.#schedule.wake()
  }

  /** Called when only these resources of the process have stood against a verdict for two seconds. */
  onLate(listener: (resources: string) => void): void {
    this.#onLate = listener
  }

  /** Called with what a sink or a timer throws; without a listener it is thrown on, out of the event loop. */
  onThrow(listener: (error: unknown) => void): void {
    this.#onThrow = listener
  }

  /** Ends the simulation: nothing happens any more, and nothing keeps the process alive. */
  close(): void {
    this.#schedule.close()
    for (const inbox of this.#inboxes) inbox.close()
  }

  #channel(source: number, dest: number): Channel {
    const at = source * this.size + dest
    let channel = this.#channels[at]
    if (channel === undefined) {
      channel = new Channel(this.#road, this.#inboxes[source]!, this.#inboxes[dest]!)
      this.#channels[at] = channel
    }
    return channel
  }

  /** `keep` says how many of the frames on their way to a peer still arrive. */
  #leave(rank: number, reason: string, keep: (travelling: number) => number): void {
    if (this.#inboxes[rank]!.isClosed) return
    this.#inboxes[rank]!.close()
    for (let peer = 0; peer < this.size; peer++) {
      const out = this.#channels[rank * this.size + peer]
      out?.loseTail(keep(out.travelling))
      this.#transports[peer]!.peerGone(rank, reason)
    }
    this.#channels[rank * this.size + rank]?.cut()
  }

  #thrown(error: unknown): void {
    if (this.#onThrow === null) throw error
    this.#onThrow(error)
  }

  #checked(rank: number): number {
    if (!Number.isInteger(rank) || rank < 0 || rank >= this.size)
      throw new InvariantError(`a simulated network of ${this.size} ranks was asked for rank ${rank}`)
    return rank
  }
}

function delayOf(delayMs: NetworkOptions['delayMs']): Delay | null {
  if (delayMs === undefined || delayMs === 0) return null
  if (typeof delayMs === 'function') return delayMs
  if (typeof delayMs === 'number') return () => delayMs
  const [min, max] = delayMs
  return (_source, _dest, _bytes, random) => min + (max - min) * random.next()
}

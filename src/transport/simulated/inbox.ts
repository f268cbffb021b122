/**
 * Everything that is on its way to one rank and has arrived: which of it comes next is drawn.
 *
 * A rank that does not hold its transport receives nothing, so its inbox is out of the schedule until it
 * does; only `turn()` promises resolve without a hold.
 */

import { invariant } from '../../errors.ts'
import type { Sink } from '../transport.ts'
import type { Random } from './random.ts'
import type { Schedule, Source } from './schedule.ts'

/** A queue that leads to an inbox and has something at its head now. */
export interface Arrival {
  /** Its place in the inbox's list; -1 outside. Kept by the inbox. */
  place: number
  /** When the thing at the head was sent, in the order of all things. */
  readonly sentAt: number
  /** Delivers the head, after leaving the inbox if nothing else has arrived. */
  deliver(sink: Sink): void
}

interface Turn {
  readonly since: number
  readonly resolve: () => void
}

export class Inbox implements Source {
  slot = -1
  readonly rank: number
  readonly #schedule: Schedule
  readonly #random: Random
  readonly #arrivals: Arrival[] = []
  #turns: Turn[] = []
  #sink: Sink | null = null
  #holds = 0
  #closed = false

  constructor(rank: number, schedule: Schedule, random: Random) {
    this.rank = rank
    this.#schedule = schedule
    this.#random = random
  }

  get isHeld(): boolean {
    return this.#holds > 0 && !this.#closed
  }

  get isClosed(): boolean {
    return this.#closed
  }

  open(sink: Sink): void {
    invariant(this.#sink === null, `the simulated transport of rank ${this.rank} was opened twice`)
    this.#sink = sink
  }

  hold(): void {
    if (this.#holds++ > 0 || this.#closed) return
    if (this.#arrivals.length > 0) this.#schedule.add(this)
    // Even with nothing here: a rank that starts to wait may complete a deadlock.
    else this.#schedule.wake()
  }

  release(): void {
    invariant(
      this.#holds > 0,
      `rank ${this.rank} released its simulated transport more often than it held it`,
    )
    if (--this.#holds === 0 && this.#turns.length === 0) this.#schedule.remove(this)
  }

  put(arrival: Arrival): void {
    if (arrival.place >= 0 || this.#closed) return
    arrival.place = this.#arrivals.length
    this.#arrivals.push(arrival)
    if (this.#holds > 0) this.#schedule.add(this)
  }

  takeOut(arrival: Arrival): void {
    const place = arrival.place
    if (place < 0) return
    arrival.place = -1
    const last = this.#arrivals.pop()!
    if (last !== arrival) {
      this.#arrivals[place] = last
      last.place = place
    }
    this.#leaveIfEmpty()
  }

  /** Resolves after everything that has arrived by now has been delivered, if the rank holds its transport. */
  turn(now: number): Promise<void> {
    return new Promise((resolve) => {
      if (this.#closed) return
      this.#turns.push({ since: now, resolve })
      this.#schedule.add(this)
    })
  }

  run(): void {
    const deliverable = this.#holds > 0 ? this.#arrivals.length : 0
    const turn = this.#turns[0]
    const mayTurn = turn !== undefined && (deliverable === 0 || this.#allAfter(turn.since))
    const drawn = this.#random.below(deliverable + (mayTurn ? 1 : 0))
    if (drawn < deliverable) {
      this.#arrivals[drawn]!.deliver(this.#sink!)
      return
    }
    this.#turns.shift()
    this.#leaveIfEmpty()
    this.#schedule.countFruitless()
    turn!.resolve()
  }

  /** Nothing is delivered from here on, and no turn resolves. */
  close(): void {
    this.#closed = true
    for (const arrival of this.#arrivals) arrival.place = -1
    this.#arrivals.length = 0
    this.#turns = []
    this.#schedule.remove(this)
  }

  #allAfter(since: number): boolean {
    for (const arrival of this.#arrivals) if (arrival.sentAt < since) return false
    return true
  }

  #leaveIfEmpty(): void {
    const deliverable = this.#holds > 0 && this.#arrivals.length > 0
    if (!deliverable && this.#turns.length === 0) this.#schedule.remove(this)
  }
}

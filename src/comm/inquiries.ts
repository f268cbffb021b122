/**
 * When to ask, in a collective call that waits, whether the others are in the same one; and what was asked
 * about calls that this rank has not made yet.
 *
 * Costs nothing while calls are quick: one timer per communicator, set at the first call and left running
 * for as long as there are calls, however many.
 */

import type { Clock } from '../transport/transport.ts'
import { Frame } from '../wire/frame.ts'

/** Long beside any healthy exchange within a cluster, short for a person. */
export const INQUIRE_AFTER_MS = 100
/** A call that waits longer may wait for others than at first; they are looked for ever less often. */
const LONGEST_INTERVAL_MS = 6400

export class Inquiries {
  readonly #clock: Clock
  readonly #inquire: () => boolean
  readonly #early: Frame[] = []
  #intervalMs = INQUIRE_AFTER_MS
  #isWatching = false

  /** `inquire` asks about the calls that have waited that long, and says whether any has. */
  constructor(clock: Clock, inquire: () => boolean) {
    this.#clock = clock
    this.#inquire = inquire
  }

  /** A call has started. */
  watch(): void {
    if (this.#isWatching) return
    this.#isWatching = true
    this.#clock.later(this.#intervalMs, () => {
      this.#isWatching = false
      const isWaiting = this.#inquire()
      this.#intervalMs = isWaiting ? Math.min(2 * this.#intervalMs, LONGEST_INTERVAL_MS) : INQUIRE_AFTER_MS
      if (isWaiting) this.watch()
    })
  }

  /** Keeps an inquiry about a call that this rank has not made yet. */
  remember(frame: Frame): void {
    const isKnown = this.#early.some(
      ({ callSeq, source }) => callSeq === frame.callSeq && source === frame.source,
    )
    if (!isKnown) this.#early.push(new Frame().copyFrom(frame))
  }

  /** Takes out what was asked about the call that is starting now. */
  about(seq: number): Frame[] {
    if (this.#early.length === 0) return []
    const frames = this.#early.filter(({ callSeq }) => callSeq === seq)
    this.#early.splice(0, this.#early.length, ...this.#early.filter(({ callSeq }) => callSeq > seq))
    return frames
  }
}

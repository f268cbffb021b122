/**
 * When to ask, in a collective call that waits, whether the others are in the same one; and what was asked
 * about calls that this rank has not made yet.
 *
 * Costs nothing while calls are quick: one timer per communicator, set when a call begins to wait for a rank
 * and left running, however many calls that covers. It is not set again while nothing new is waited for: a
 * rank asked once will find out by itself.
 */

import type { Clock } from '../transport/transport.ts'
import { Frame } from '../wire/frame.ts'

/** Long beside any healthy exchange within a cluster, short for a person. */
export const INQUIRE_AFTER_MS = 100

export class Inquiries {
  readonly #clock: Clock
  readonly #inquire: () => boolean
  readonly #early: Frame[] = []
  #isWatching = false

  /** `inquire` asks about the calls that have waited that long, and says whether there are younger ones. */
  constructor(clock: Clock, inquire: () => boolean) {
    this.#clock = clock
    this.#inquire = inquire
  }

  /** A call waits for a rank. */
  watch(): void {
    if (this.#isWatching) return
    this.#isWatching = true
    this.#clock.later(INQUIRE_AFTER_MS, () => {
      this.#isWatching = false
      if (this.#inquire()) this.watch()
    })
  }

  /** Keeps an inquiry about a call that this rank has not made yet. */
  remember(frame: Frame): void {
    const isKnown = this.#early.some(
      ({ callSeq, source }) => callSeq === frame.callSeq && source === frame.source,
    )
    if (!isKnown) this.#early.push(new Frame().copyFrom(frame))
  }

  /** Whether anything was asked about a call that this rank has not made yet. */
  get hasEarly(): boolean {
    return this.#early.length > 0
  }

  /** Takes out what was asked about the call that is starting now. */
  about(seq: number): Frame[] {
    if (this.#early.length === 0) return []
    const frames = this.#early.filter(({ callSeq }) => callSeq === seq)
    this.#early.splice(0, this.#early.length, ...this.#early.filter(({ callSeq }) => callSeq !== seq))
    return frames
  }
}

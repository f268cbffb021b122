/**
 * Who sleeps, and how they are woken: each rank has a flag in a line of its own, and rings the doorbell of those
 * whose flag it finds set.
 *
 * Nothing is lost between the two: a rank sets its flag and looks at everything once more before it sleeps; the
 * others write first and look at the flag then. All four are ordered among each other (`Atomics`), so one of
 * the two sees what the other has done.
 */

import type { Doorbell } from './doorbell.ts'
import { Header, RankWord, rankAt } from './layout.ts'
import { look } from './memory-order.ts'
import type { Segment } from './segment.ts'

export class Sleepers {
  readonly #words: Int32Array
  readonly #flags: readonly number[]
  readonly #rank: number
  readonly #doorbell: Doorbell
  #asleep = false

  /** @param rank number of this rank on this host */
  constructor(segment: Segment, rank: number, doorbell: Doorbell) {
    const { layout } = segment
    this.#words = segment.words
    this.#flags = Array.from(
      { length: layout.ranks },
      (_, other) => (rankAt(layout, other) >> 2) + RankWord.WAITING,
    )
    this.#rank = rank
    this.#doorbell = doorbell
  }

  /** From now on this rank wants to be woken. Look at everything once more before you sleep. */
  lieDown(): void {
    if (this.#asleep) return
    this.#asleep = true
    Atomics.add(this.#words, Header.SLEEPERS, 1)
    Atomics.store(this.#words, this.#flags[this.#rank]!, 1)
  }

  rise(): void {
    if (!this.#asleep) return
    this.#asleep = false
    Atomics.store(this.#words, this.#flags[this.#rank]!, 0)
    Atomics.sub(this.#words, Header.SLEEPERS, 1)
  }

  /** Wakes a rank of this host if it sleeps. To be called after what it is to see was stored with `Atomics`. */
  wake(rank: number): void {
    const flag = this.#flags[rank]!
    if (look(this.#words, flag) !== 0 && Atomics.exchange(this.#words, flag, 0) !== 0)
      this.#doorbell.ring(rank)
  }

  /**
   * Wakes those of the given ranks who sleep and whom it concerns, by their numbers among these; that costs next to
   * nothing when nobody sleeps.
   */
  wakeAmong(ranks: readonly number[], concerns: (i: number) => boolean): void {
    if (look(this.#words, Header.SLEEPERS) === 0) return
    for (let i = 0; i < ranks.length; i++) if (ranks[i] !== this.#rank && concerns(i)) this.wake(ranks[i]!)
  }

  /** Wakes everybody else who sleeps. */
  wakeAll(): void {
    if (look(this.#words, Header.SLEEPERS) === 0) return
    for (let rank = 0; rank < this.#flags.length; rank++) if (rank !== this.#rank) this.wake(rank)
  }
}

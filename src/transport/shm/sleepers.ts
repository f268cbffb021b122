/**
 * Who sleeps, and how they are woken: each rank has a flag in a line of its own. Whoever finds it set rings the
 * doorbell of that rank; or, if it naps, wakes it where it sleeps, which is on the flag itself.
 *
 * Nothing is lost between the two: a rank sets its flag and looks at everything once more before it sleeps; the
 * others write first and look at the flag then. All four are ordered among each other (`Atomics`), so one of
 * the two sees what the other has done.
 */

import type { Doorbell } from './doorbell.ts'
import { Header, RankWord, rankAt } from './layout.ts'
import { look } from './memory-order.ts'
import type { Segment } from './segment.ts'

/** What a flag says. */
const Flag = { AWAKE: 0, ASLEEP: 1, NAPPING: 2 } as const

/** Sleeping on a word of the segment, by its index. */
export interface Naps {
  /** Sleeps while the word is `value`, at most `ms` milliseconds. True: the time has passed. */
  wait(word: number, value: number, ms: number): boolean
  wake(word: number): void
}

export class Sleepers {
  readonly #words: Int32Array
  readonly #flags: readonly number[]
  readonly #rank: number
  readonly #doorbell: Doorbell
  readonly #naps: Naps | null
  #asleep = false

  /**
   * @param rank number of this rank on this host
   * @param naps null: no rank of this host may nap
   */
  constructor(segment: Segment, rank: number, doorbell: Doorbell, naps: Naps | null) {
    const { layout } = segment
    this.#words = segment.words
    this.#flags = Array.from(
      { length: layout.ranks },
      (_, other) => (rankAt(layout, other) >> 2) + RankWord.WAITING,
    )
    this.#rank = rank
    this.#doorbell = doorbell
    this.#naps = naps
  }

  /** From now on this rank wants to be woken. Look at everything once more before you sleep. */
  lieDown(): void {
    if (this.#asleep) return
    this.#asleep = true
    Atomics.add(this.#words, Header.SLEEPERS, 1)
    Atomics.store(this.#words, this.#flags[this.#rank]!, Flag.ASLEEP)
  }

  rise(): void {
    if (!this.#asleep) return
    this.#asleep = false
    Atomics.store(this.#words, this.#flags[this.#rank]!, Flag.AWAKE)
    Atomics.sub(this.#words, Header.SLEEPERS, 1)
  }

  /** Whether `nap` may be called. */
  get canNap(): boolean {
    return this.#naps !== null
  }

  /**
   * Sleeps outside the event loop, at most `ms` milliseconds, unless `look` finds something when the others already
   * see that this rank sleeps. False: nothing was found, and nobody has woken this rank in that time.
   */
  nap(look: () => boolean, ms: number): boolean {
    const flag = this.#flags[this.#rank]!
    Atomics.add(this.#words, Header.SLEEPERS, 1)
    Atomics.store(this.#words, flag, Flag.NAPPING)
    try {
      return look() || !this.#naps!.wait(flag, Flag.NAPPING, ms)
    } finally {
      Atomics.store(this.#words, flag, Flag.AWAKE)
      Atomics.sub(this.#words, Header.SLEEPERS, 1)
    }
  }

  /** Wakes a rank of this host if it sleeps. To be called after what it is to see was stored with `Atomics`. */
  wake(rank: number): void {
    const flag = this.#flags[rank]!
    if (look(this.#words, flag) === Flag.AWAKE) return
    const found = Atomics.exchange(this.#words, flag, Flag.AWAKE)
    if (found === Flag.ASLEEP) this.#doorbell.ring(rank)
    else if (found === Flag.NAPPING) this.#naps!.wake(flag)
  }

  /**
   * Wakes those of the given ranks who sleep and whom it concerns, by their numbers among these; that costs next to
   * nothing when nobody sleeps.
   */
  wakeAmong(ranks: readonly number[], concerns: (i: number) => boolean): void {
    if (look(this.#words, Header.SLEEPERS) === 0) return
    for (let i = 0; i < ranks.length; i++) {
      const rank = ranks[i]!
      if (rank === this.#rank || look(this.#words, this.#flags[rank]!) === Flag.AWAKE) continue
      if (concerns(i)) this.wake(rank)
    }
  }

  /** Wakes everybody else who sleeps. */
  wakeAll(): void {
    if (look(this.#words, Header.SLEEPERS) === 0) return
    for (let rank = 0; rank < this.#flags.length; rank++) if (rank !== this.#rank) this.wake(rank)
  }
}

/** Answers the ranks' questions about each other: whose address is what, who has finished, whether all have. */

import type { FromRank, ToRank } from './control.ts'

export class ControlHub {
  readonly #size: number
  readonly #send: (rank: number, message: ToRank) => void
  readonly #cards = new Map<number, string>()
  /** Ranks waiting for a card, by the rank whose card it is. */
  readonly #wanted = new Map<number, Set<number>>()
  /** Ranks that are done. Most still run, and take messages so as to report them as never received. */
  readonly #finished = new Set<number>()
  /** Ranks whose process has ended well. */
  readonly #left = new Set<number>()

  constructor(size: number, send: (rank: number, message: ToRank) => void) {
    this.#size = size
    this.#send = send
  }

  receive(rank: number, message: FromRank): void {
    switch (message.t) {
      case 'publish':
        this.#publish(rank, message.card)
        break
      case 'card?':
        this.#ask(rank, message.rank)
        break
      case 'finished':
        this.#markFinished(rank, false)
        break
      default:
        break
    }
  }

  /** Whether `rank` takes part in messages; one that does not may end as it likes. */
  hasPublished(rank: number): boolean {
    return this.#cards.has(rank)
  }

  hasFinished(rank: number): boolean {
    return this.#finished.has(rank)
  }

  /** The process of `rank` has ended well, so it is done and cannot be reached any more. */
  markLeft(rank: number): void {
    this.#left.add(rank)
    // Of one that has said before that it is done, only whoever wants to reach it needs to know.
    this.#markFinished(rank, true)
    for (const asker of this.#takeAskers(rank)) this.#send(asker, { t: 'left', rank })
  }

  markFailed(rank: number, reason: string): void {
    this.#tellOthers(rank, { t: 'failed', rank, reason })
  }

  #markFinished(rank: number, left: boolean): void {
    if (this.#finished.has(rank)) return
    this.#finished.add(rank)
    this.#tellOthers(rank, { t: 'finished', rank, left })
    if (this.#finished.size === this.#size) this.#tellOthers(-1, { t: 'allFinished' })
  }

  #publish(rank: number, card: string): void {
    this.#cards.set(rank, card)
    for (const asker of this.#takeAskers(rank)) this.#send(asker, { t: 'card', rank, card })
  }

  #ask(asker: number, rank: number): void {
    if (this.#left.has(rank)) {
      this.#send(asker, { t: 'left', rank })
      return
    }
    const card = this.#cards.get(rank)
    if (card !== undefined) {
      this.#send(asker, { t: 'card', rank, card })
      return
    }
    const askers = this.#wanted.get(rank)
    if (askers) {
      askers.add(asker)
    } else {
      this.#wanted.set(rank, new Set([asker]))
      this.#send(rank, { t: 'want' })
    }
  }

  #takeAskers(rank: number): Iterable<number> {
    const askers = this.#wanted.get(rank) ?? []
    this.#wanted.delete(rank)
    return askers
  }

  #tellOthers(rank: number, message: ToRank): void {
    for (let other = 0; other < this.#size; other++) if (other !== rank) this.#send(other, message)
  }
}

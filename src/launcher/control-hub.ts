/** Answers the ranks' questions about each other: whose address is what, who has left, whether all have. */

import type { FromRank, ToRank } from '../bootstrap/control.ts'

export class ControlHub {
  readonly #size: number
  readonly #send: (rank: number, message: ToRank) => void
  readonly #cards = new Map<number, string>()
  /** Ranks waiting for a card, by the rank whose card it is. */
  readonly #wanted = new Map<number, Set<number>>()
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
        this.markLeft(rank)
        break
      default:
        break
    }
  }

  /** Whether `rank` takes part in messages; one that does not may end as it likes. */
  hasPublished(rank: number): boolean {
    return this.#cards.has(rank)
  }

  hasLeft(rank: number): boolean {
    return this.#left.has(rank)
  }

  /** `rank` is done: it said so, or its process has ended well. */
  markLeft(rank: number): void {
    if (this.#left.has(rank)) return
    this.#left.add(rank)
    this.#tellOthers(rank, { t: 'finished', rank })
    if (this.#left.size === this.#size) this.#tellOthers(-1, { t: 'allFinished' })
  }

  markFailed(rank: number, reason: string): void {
    this.#tellOthers(rank, { t: 'failed', rank, reason })
  }

  #publish(rank: number, card: string): void {
    this.#cards.set(rank, card)
    for (const asker of this.#wanted.get(rank) ?? []) this.#send(asker, { t: 'card', rank, card })
    this.#wanted.delete(rank)
  }

  #ask(asker: number, rank: number): void {
    // Whoever asks for a rank that has left was told so already, or the word is on its way.
    if (this.#left.has(rank)) return
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

  #tellOthers(rank: number, message: ToRank): void {
    for (let other = 0; other < this.#size; other++) if (other !== rank) this.#send(other, message)
  }
}

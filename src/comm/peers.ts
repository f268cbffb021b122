/**
 * The other ranks of the job as the protocol sees them: how much may be sent to each unasked, and who is
 * still there.
 */

import { RankFailedError } from '../errors.ts'
import type { Context } from './context.ts'
import { ANY } from './matching.ts'

/** What an eager message costs beyond its bytes, so that empty ones are bounded too. */
export const MESSAGE_OVERHEAD_BYTES = 128

export class Peers {
  readonly #rank: number
  readonly #size: number
  /** Eager bytes that may still be sent to each rank. */
  readonly #credit: Float64Array
  /** Bytes received from each rank and not yet given back as credit. */
  readonly #owed: Float64Array
  readonly #batchBytes: number
  readonly #finished = new Set<number>()
  readonly #lost = new Map<number, string>()
  readonly #departed = new Set<number>()
  /** By rank: 1 while nothing of the above is known of it. */
  readonly #active: Uint8Array

  constructor(rank: number, size: number, creditBytes: number) {
    this.#rank = rank
    this.#size = size
    this.#credit = new Float64Array(size).fill(creditBytes)
    this.#owed = new Float64Array(size)
    this.#active = new Uint8Array(size).fill(1)
    // Often enough that a steady sender never runs dry, seldom enough that it costs next to nothing.
    this.#batchBytes = creditBytes / 4
  }

  /** Takes `bytes` of the credit for `peer`; false if there is not enough. */
  spend(peer: number, bytes: number): boolean {
    if (this.#credit[peer]! < bytes) return false
    this.#credit[peer]! -= bytes
    return true
  }

  /** `peer` has given `bytes` of credit back. */
  earn(peer: number, bytes: number): void {
    this.#credit[peer]! += bytes
  }

  /** Notes that `bytes` from `peer` were received; returns the credit to give back now, often 0. */
  owe(peer: number, bytes: number): number {
    const owed = this.#owed[peer]! + bytes
    if (owed < this.#batchBytes) {
      this.#owed[peer] = owed
      return 0
    }
    this.#owed[peer] = 0
    return owed
  }

  /** Whether nothing speaks against sending to `rank`: it has neither finished, nor left, nor failed. */
  isActive(rank: number): boolean {
    return this.#active[rank] === 1
  }

  markFinished(rank: number): void {
    this.#active[rank] = 0
    this.#finished.add(rank)
  }

  markLost(rank: number, reason: string): void {
    this.#active[rank] = 0
    if (!this.#finished.has(rank)) this.#lost.set(rank, reason)
  }

  /** The process of `rank` is not there any more; what that means depends on whether it had finished. */
  markDeparted(rank: number): void {
    this.#active[rank] = 0
    this.#departed.add(rank)
  }

  /** Whether any other rank can still send. */
  get anyLeft(): boolean {
    return this.#finished.size + this.#lost.size < this.#size - 1
  }

  /** Whether any other rank of `context` can still send. */
  anyLeftIn(context: Context): boolean {
    return context.owner.ranks.some((rank) => rank !== this.#rank && this.whyGone(rank) === null)
  }

  /** Whether the other ranks of `context` are all gone, so that only this rank could still send to itself. */
  onlySelfLeft(context: Context): boolean {
    return context.owner.ranks.length > 1 && !this.anyLeftIn(context)
  }

  /** Whether any rank is known to have died. */
  get anyLost(): boolean {
    return this.#lost.size > 0
  }

  /** Why `rank` will never receive again, as the end of a sentence about it; null if it may. */
  whyGone(rank: number): string | null {
    if (this.#finished.has(rank)) return 'has finished'
    return this.whyLost(rank)
  }

  /** Why nothing can reach the process of `rank` any more, as the end of a sentence about it. */
  whyDeparted(rank: number): string | null {
    if (this.#finished.has(rank) && this.#departed.has(rank)) return 'has finished and left'
    return this.whyLost(rank)
  }

  /** Why `rank` is dead, as the end of a sentence about it. */
  whyLost(rank: number): string | null {
    const reason = this.#lost.get(rank)
    return reason === undefined ? null : `has failed (${reason})`
  }

  /** The error of an operation that waits when nobody is left. */
  noneLeft(what: string): RankFailedError {
    return new RankFailedError(
      `${what}: every other rank of the communicator has finished or failed, so no such message will come`,
    )
  }

  /** Why nobody can serve a receive from `source` in `context` any more; null if somebody may. */
  whyNobody(context: Context, source: number): string | null {
    const ranks = context.owner.ranks
    if (source !== ANY) {
      const gone = this.whyGone(ranks[source]!)
      if (gone === null) return null
      const cure = context.collective ? 'did not take part in this call' : 'sent no such message'
      return `rank ${source} ${gone} and ${cure}`
    }
    // This rank itself may still send to itself; whether it will is for the end of the program to see.
    if (ranks.some((rank) => rank === this.#rank || this.whyGone(rank) === null)) return null
    return 'every rank that could send has finished or failed'
  }
}

/**
 * Holds back the output of the ranks of a host where the launcher does not take it as fast as it comes.
 *
 * What is on its way is bounded for the whole host, so that an order or the word of a rank's end never waits long
 * behind output; and each stream may be paused by the launcher, whose destination for it is full.
 */

import type { RankControl, StreamName } from '../agent.ts'

/** Output that was sent and has not arrived. */
const MOST_BYTES = 512 * 1024

type Reason = 'launcher' | 'way'

export class OutputGate {
  readonly #ranks: Pick<RankControl, 'pauseOutput' | 'resumeOutput'>
  /** Why a stream is paused, by `rank stream`. */
  readonly #reasons = new Map<string, Set<Reason>>()
  /** Streams paused because of the way. */
  #held: { rank: number; stream: StreamName }[] = []
  #bytes = 0

  constructor(ranks: Pick<RankControl, 'pauseOutput' | 'resumeOutput'>) {
    this.#ranks = ranks
  }

  /** So much of a stream was sent. */
  sent(rank: number, stream: StreamName, bytes: number): void {
    this.#bytes += bytes
    if (this.#bytes > MOST_BYTES && this.pause(rank, stream, 'way')) this.#held.push({ rank, stream })
  }

  /** So much has arrived. */
  taken(bytes: number): void {
    this.#bytes -= bytes
    if (this.#bytes > MOST_BYTES / 2) return
    const held = this.#held
    this.#held = []
    for (const { rank, stream } of held) this.resume(rank, stream, 'way')
  }

  /** False: it was paused for that reason already. */
  pause(rank: number, stream: StreamName, reason: Reason): boolean {
    const key = `${rank} ${stream}`
    const reasons = this.#reasons.get(key) ?? new Set()
    this.#reasons.set(key, reasons)
    if (reasons.has(reason)) return false
    if (reasons.size === 0) this.#ranks.pauseOutput(rank, stream)
    reasons.add(reason)
    return true
  }

  resume(rank: number, stream: StreamName, reason: Reason): void {
    const reasons = this.#reasons.get(`${rank} ${stream}`)
    if (reasons?.delete(reason) && reasons.size === 0) this.#ranks.resumeOutput(rank, stream)
  }
}

/**
 * What the launcher is to a job of tsrun, for a job without one: in a thread of rank 0, it hands on addresses,
 * sees ranks end and tells the others, and lets rank 0 leave last.
 *
 * There is nobody who could end processes, so a rank that fails is told to all others, whose operations with it
 * fail, and no rank finishes any more: every process ends with an exit code of its own that is not 0.
 */

import type { FromRank, ToRank } from '../control.ts'
import { ControlHub } from '../control-hub.ts'
import { type FromHub, type Guest, Ending as Is, type ToHub } from './messages.ts'

/** When rank 0 has to go, so long the others may take to hear it. */
const FAREWELL_LIMIT_MS = 1000

/** How a rank that is there is spoken to; rank 0 itself is one of them. */
export interface Line {
  send(message: FromHub): void
}

export interface HubEvents {
  /** Nobody needs rank 0 any more; `ending`: whether all went well. */
  over(ending: number, code: number): void
}

interface RankState {
  readonly guest: Pick<Guest, 'pid' | 'hostname'>
  readonly line: Line
  /** The first line of an error that nobody caught. */
  uncaught: string | null
  announced: { readonly code: number; readonly owed: string | null } | null
  hasEnded: boolean
  /** It has been told that all is over, and what becomes of rank 0 is nothing to it. */
  hasParted: boolean
  failed: boolean
}

export class ForeignHub {
  readonly #events: HubEvents
  readonly #ranks: readonly RankState[]
  readonly #hub: ControlHub
  #allFinished = false
  #abortCode: number | null = null
  #farewell: (() => void) | null = null
  #isOver = false

  /** `ranks`: by rank. */
  constructor(ranks: readonly { guest: RankState['guest']; line: Line }[], events: HubEvents) {
    this.#events = events
    this.#ranks = ranks.map(({ guest, line }) => ({
      guest,
      line,
      uncaught: null,
      announced: null,
      hasEnded: false,
      hasParted: false,
      failed: false,
    }))
    this.#hub = new ControlHub(ranks.length, (rank, message) => this.#send(rank, message))
  }

  receive(rank: number, message: Exclude<ToHub, { t: 'guest' | 'heard?' }>): void {
    const state = this.#ranks[rank]!
    switch (message.t) {
      case 'uncaught':
        state.uncaught = message.error.text.split('\n', 1)[0]!
        break
      case 'exit':
        this.#markExit(rank, message)
        break
      case 'abort':
        this.#abort(rank, message.code)
        break
      case 'parted':
        state.hasParted = true
        this.#check()
        break
      default:
        this.#hub.receive(rank, message)
    }
  }

  /** The connection to `rank` has ended, and so has its process. */
  markEnded(rank: number, why: string): void {
    const state = this.#ranks[rank]!
    if (state.hasEnded) return
    state.hasEnded = true
    if (!state.hasParted && this.#abortCode === null) {
      const { announced } = state
      if (announced?.code === 0 && announced.owed === null) this.#hub.markLeft(rank)
      else this.#markFailed(rank, reasonOf(state, why))
    }
    this.#check()
  }

  /** Tells the others what there still is to tell; resolves when they have heard it. */
  farewell(): Promise<void> {
    return new Promise((resolve) => {
      const limit = setTimeout(resolve, FAREWELL_LIMIT_MS)
      this.#farewell = () => {
        clearTimeout(limit)
        resolve()
      }
      this.#tellOthers({ t: 'over' })
      this.#check()
    })
  }

  #send(rank: number, message: ToRank): void {
    const state = this.#ranks[rank]!
    if (message.t !== 'allFinished') {
      if (!state.hasEnded) state.line.send(message)
      return
    }
    this.#allFinished = true
    // Rank 0 hears it when all others have.
    if (rank === 0) return
    state.line.send(message)
    state.line.send({ t: 'over' })
  }

  #markExit(rank: number, exit: Extract<FromRank, { t: 'exit' }>): void {
    const state = this.#ranks[rank]!
    state.announced = exit
    if (rank !== 0) return // the end of its connection follows
    if (exit.code === 0 && exit.owed === null) this.#hub.markLeft(0)
    else this.#markFailed(0, reasonOf(state, ''))
    this.#check()
  }

  #markFailed(rank: number, reason: string): void {
    this.#ranks[rank]!.failed = true
    this.#hub.markFailed(rank, reason)
  }

  #abort(rank: number, code: number): void {
    if (this.#abortCode !== null) return
    this.#abortCode = code
    for (const [other, { line, hasEnded }] of this.#ranks.entries()) {
      if (other !== rank && !hasEnded) line.send({ t: 'aborted', rank, code })
    }
  }

  #tellOthers(message: FromHub): void {
    for (const [rank, { line, hasEnded }] of this.#ranks.entries()) {
      if (rank !== 0 && !hasEnded) line.send(message)
    }
  }

  #check(): void {
    const others = this.#ranks.slice(1)
    if (!others.every(({ hasEnded, hasParted }) => hasEnded || hasParted)) return
    this.#farewell?.()
    if (this.#isOver) return
    this.#isOver = true
    if (this.#allFinished) this.#ranks[0]!.line.send({ t: 'allFinished' })
    if (this.#abortCode !== null) this.#events.over(Is.BAD, this.#abortCode)
    else this.#events.over(this.#ranks.some(({ failed }) => failed) ? Is.BAD : Is.GOOD, 1)
  }
}

/** Why `state` has failed, as it stands in parentheses behind that it has. */
function reasonOf({ guest, uncaught, announced }: RankState, why: string): string {
  const who = whoIs(guest)
  if (announced === null) return `${who}: ${lossOf(why)}`
  if (announced.code === 0) return `${who}: it left, but ${announced.owed}`
  return `${who}: ${uncaught ?? `exit code ${announced.code}`}`
}

/** What the end of a connection says about the process at the other end. */
export function lossOf(why: string): string {
  return /ETIMEDOUT|UNREACH/.test(why)
    ? `its host cannot be reached any more (${why})`
    : 'its process has died'
}

export function whoIs({ hostname, pid }: Pick<Guest, 'hostname' | 'pid'>): string {
  return `on ${hostname}, pid ${pid}`
}

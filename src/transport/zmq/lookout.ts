/**
 * How a rank waits for its next message before it leaves that to the event loop.
 *
 * To sleep and to be woken takes longer than all that tsmpi does for a message. So a rank that has just had one looks
 * for the next a little longer, if that has paid off lately, and gives its core away between two looks: ZeroMQ's own
 * thread may need that very core to bring the message.
 */

import { libc } from '../../system/libc.ts'

/** Some 100 us, in which a peer that answers at once has answered. */
const LOOKS = 50
/** Others who want the core get it for milliseconds, and then looking is no faster than sleeping. */
const MOST_MS = 0.4
/** The clock is read so rarely. */
const CLOCK_EVERY = 8
/** Hope runs from 0 to this: how often in a row looking may be in vain before it is given up. */
const MOST_HOPE = 4
/** Without hope, one wait in so many looks all the same, to see whether things have changed. */
const RETRY_EVERY = 32
/** Loading koffi takes as long as so many messages: who exchanges fewer does without. */
const FIRST_WAITS = 64

/** What looking takes besides the looks; tests have others. */
export interface Ways {
  /** How to give the core to somebody else; null: there is no way, and so no looking. Asked once. */
  findYield(): (() => void) | null
  nowMs(): number
}

const OWN_WAYS: Ways = {
  findYield() {
    const system = libc()
    return system === null ? null : () => system.yield()
  },
  nowMs: () => performance.now(),
}

export class Lookout {
  readonly #ways: Ways
  #yield: (() => void) | null = null
  #hope = MOST_HOPE
  #waits = 0

  constructor(ways: Ways = OWN_WAYS) {
    this.#ways = ways
  }

  /** Looks until `isThere`, or until it is time to sleep. True: it has looked. */
  wait(isThere: () => boolean): boolean {
    const giveWay = this.#wayToLook()
    if (giveWay === null) return false
    const isFound = this.#look(isThere, giveWay)
    if (!isFound && this.#hope > 0) this.#hope--
    else if (isFound && this.#hope < MOST_HOPE) this.#hope++
    return true
  }

  /** Null: this wait is better left to the event loop. */
  #wayToLook(): (() => void) | null {
    const waits = ++this.#waits
    if (waits < FIRST_WAITS) return null
    if (waits === FIRST_WAITS) this.#yield = this.#ways.findYield()
    return this.#hope > 0 || waits % RETRY_EVERY === 0 ? this.#yield : null
  }

  #look(isThere: () => boolean, giveWay: () => void): boolean {
    if (isThere()) return true
    const beganMs = this.#ways.nowMs()
    for (let look = 1; look < LOOKS; look++) {
      giveWay()
      if (isThere()) return true
      if (look % CLOCK_EVERY === 0 && this.#ways.nowMs() - beganMs > MOST_MS) return false
    }
    return false
  }
}

/**
 * How a rank waits: fast while a core is free, politely when ranks outnumber cores, asleep when it takes long,
 * and never so that timers and sockets starve.
 *
 * A *pass* looks once at everything that may have come. It runs as a microtask, and is queued again behind what
 * else is ready to run: that may be the very code which sends what a peer waits for. When a few passes in a row
 * have found nothing, nobody here has anything to do:
 *
 *     1. spin: look some hundred times, if every rank has a core of its own
 *     2. yield: give the core to whoever wants it, look, and so on; or, where ranks outnumber cores, nap: sleep for
 *        a moment where whoever has something for this rank can wake it fast
 *     3. let the event loop turn once; then once more from 1
 *     4. sleep in the event loop until a peer rings the doorbell
 *
 * To give the core away is only a request. On Linux 6.18 some processes keep theirs through thousands of yields while
 * others wait for whole time slices: eight ranks on two cores took 30 us for a barrier, or 1500. Who sleeps leaves the
 * core for certain. A nap keeps the event loop from turning, so it is short; and where a
 * job has other hosts, whose messages come by the event loop, nobody naps.
 *
 * Whoever always finds something is sent through the event loop every few milliseconds all the same.
 */

import type { Doorbell } from './doorbell.ts'
import type { Sleepers } from './sleepers.ts'

/** What is waited for. */
export interface Work {
  /** Looks once at everything and does what there is to do. False: there was nothing. */
  look(): boolean
}

export interface Patience {
  /** Empty passes in a row until nothing else can be ready to run. */
  readonly passes: number
  readonly spins: number
  readonly yields: number
  /** Whether to nap instead of yielding, where that is possible. */
  readonly naps: boolean
  /** Turns of the event loop before this rank sleeps. */
  readonly turns: number
}

export const PATIENT: Patience = { passes: 3, spins: 300, yields: 50, naps: false, turns: 24 }
/** With more ranks than cores, whoever spins keeps another one from running. */
export const CROWDED: Patience = { ...PATIENT, spins: 1, yields: 400, naps: true, turns: 6 }

/** Longest nap. */
const NAP_MS = 1
/** A rank may be woken by mistake, but not for ever. */
const MOST_NAPS = 16

/** The event loop gets its turn at least this often. */
const TURN_MS = 2
/** The clock is read so rarely, since that takes longer than a look. */
const CLOCK_EVERY = 64

/**
 * Spinning is given up after so many times in a row in which giving the core away was what helped: the peer has
 * to run on this very core. One wait in so many spins all the same, to see whether things have changed.
 */
const MOST_HOPE = 4
const RETRY_EVERY = 32
/** What comes within so many yields came because of them. */
const FEW_YIELDS = 3

const RESOLVED = Promise.resolve()

export class Waiting {
  readonly #work: Work
  readonly #sleepers: Sleepers
  readonly #doorbell: Doorbell
  readonly #patience: Patience
  readonly #yield: () => void
  #isOn = false
  #isScheduled = false
  #isAsleep = false
  #isListening = false
  #isClosed = false
  /** Empty passes in a row. */
  #empty = 0
  #turns = 0
  #hope = MOST_HOPE
  #hopeless = 0
  #questions = 0
  #turnedMs = performance.now()
  #isTurning = false
  #isRelaxed = false

  constructor(work: Work, sleepers: Sleepers, doorbell: Doorbell, patience: Patience, yieldCore: () => void) {
    this.#work = work
    this.#sleepers = sleepers
    this.#doorbell = doorbell
    this.#patience = patience
    this.#yield = yieldCore
  }

  /** Somebody waits from now on; keeps the process alive. */
  start(): void {
    if (this.#isClosed) return
    this.#isOn = true
    this.nudge()
  }

  /** Nobody waits any more. */
  stop(): void {
    this.#isOn = false
    this.#rise()
  }

  /** What comes next may take long, and nobody here is in a hurry for it: look once more, then sleep at once. */
  relax(): void {
    this.#isRelaxed = true
  }

  /** There is something new to do in this process: look soon, even if this rank sleeps. */
  nudge(): void {
    this.#empty = 0
    this.#turns = 0
    this.#isRelaxed = false
    this.#rise()
    if (this.#isOn) this.#schedule()
  }

  /** Whether the event loop should turn; asks the clock only now and then. */
  turnDue(): boolean {
    if (this.#isTurning) return true
    if (++this.#questions % CLOCK_EVERY !== 0) return false
    if (performance.now() - this.#turnedMs < TURN_MS) return false
    this.#isTurning = true
    setImmediate(this.#turned)
    return true
  }

  close(): void {
    this.stop()
    this.#isClosed = true
  }

  #schedule(): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    void RESOLVED.then(this.#pass)
  }

  readonly #pass = (): void => {
    this.#isScheduled = false
    if (!this.#isOn || this.#isAsleep) return
    if (this.turnDue()) return this.#afterTurn()
    if (this.#work.look()) return this.#found()
    const { passes, turns } = this.#patience
    if (this.#isRelaxed) return this.#sleep()
    if (++this.#empty <= passes) return this.#schedule()
    if (this.#lookAgainAndAgain()) return this.#found()
    if (!this.#isOn) return
    if (this.#turns++ < turns) return this.#afterTurn()
    this.#sleep()
  }

  #found(): void {
    this.#empty = 0
    this.#turns = 0
    if (this.#isOn) this.#schedule()
  }

  /** Steps 1 and 2. */
  #lookAgainAndAgain(): boolean {
    const { yields, naps } = this.#patience
    const spins = this.#spins()
    for (let i = 0; i < spins; i++) {
      if (!this.#work.look()) continue
      if (i > 0 && this.#hope < MOST_HOPE) this.#hope++
      return true
    }
    if (naps && this.#sleepers.canNap) return this.#napAgainAndAgain()
    for (let i = 0; i < yields; i++) {
      this.#yield()
      if (!this.#work.look()) continue
      if (i < FEW_YIELDS && this.#hope > 0) this.#hope--
      return true
    }
    return false
  }

  #napAgainAndAgain(): boolean {
    let found = false
    const look = (): boolean => {
      found = this.#work.look()
      return found || !this.#isOn
    }
    for (let i = 0; i < MOST_NAPS && !found && this.#isOn; i++) {
      if (!this.#sleepers.nap(look, NAP_MS)) break
      // Time has passed: whether the event loop should turn is for the clock to say.
      this.#questions = CLOCK_EVERY - 1
      if (this.turnDue()) break
    }
    return found
  }

  #spins(): number {
    if (this.#hope > 0 || ++this.#hopeless % RETRY_EVERY === 0) return this.#patience.spins
    return 1
  }

  #afterTurn(): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    setImmediate(this.#passAfterTurn)
  }

  readonly #passAfterTurn = (): void => {
    this.#turned()
    this.#pass()
  }

  readonly #turned = (): void => {
    this.#isTurning = false
    this.#turnedMs = performance.now()
  }

  #sleep(): void {
    if (!this.#isListening) {
      this.#isListening = true
      this.#doorbell.listen(this.#onRing)
    }
    this.#isAsleep = true
    this.#sleepers.lieDown()
    // What came before our flag was up rang no bell.
    const found = this.#work.look()
    if (!found && this.#isOn && this.#isAsleep) return this.#doorbell.keepAlive(true)
    this.#rise()
    if (found) this.#found()
  }

  #rise(): void {
    if (!this.#isAsleep) return
    this.#isAsleep = false
    this.#sleepers.rise()
    this.#doorbell.keepAlive(false)
  }

  readonly #onRing = (): void => {
    if (!this.#isAsleep) return
    this.#turned()
    this.nudge()
  }
}

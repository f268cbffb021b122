/**
 * Finds out that nothing but the simulation could make a rank go on.
 *
 * Ranks may wait for real things as well: timers, files, sockets, worker threads. While one does, virtual
 * timers must not jump ahead and a silent network is no deadlock; and a verdict too early is worse than one
 * too late. Evidence, each kind blind to something that another one sees:
 *
 * 1. `busy()`: whoever runs the ranks knows that one of them is not waiting for the network.
 * 2. Node's list of what keeps the process alive holds no timer, no request and nothing else that was not
 *    there at the start. It misses jobs on the thread pool and in worker threads. (Timers that were there at
 *    the start count as well, since the list does not tell one timer from another. A test runner's come
 *    and go, which costs some milliseconds; with one that stays there are no verdicts, only `onLate`.)
 * 3. Nobody has made anything asynchronous but the simulation: Node numbers every such resource. Then the
 *    verdict is certain, and comes at once.
 * 4. If somebody has: the process uses no processor time in any thread for a while. Something made while
 *    ranks ran may well be a job for another thread, so that while is long enough that even a starved machine
 *    would let the thread run; something made in between was probably a test runner's.
 *
 * In a plain `node` process there is something better, and it overrules the rest: `beforeExit` comes exactly
 * when nothing real is left to wait for. For that, the watch itself must not keep the process alive, so its
 * timers are unreferenced.
 */

import { AsyncResource } from 'node:async_hooks'

/** Loop turns without an event before the silence counts: a rank may be between two real callbacks. */
const QUIET_TURNS = 3
/** How long the processor must be idle, in real milliseconds, if ranks may have work in other threads. */
const IDLE_MS = { timer: 100, stall: 2000 }
/** And if they have not, but others may. */
const IDLE_OTHERS_MS = { timer: 0, stall: 100 }
/** A timer is not worth more than this: other tests of the process may be at work all the time. */
const TIMER_PATIENCE_MS = 400
const SLICE_MS = 50
/** More processor time than this within a slice means that some thread is at work. */
const SLICE_CPU_MS = 5
const POLL_MIN_MS = 1
const POLL_MAX_MS = 20
/** When to say that things stand still although there is no verdict, in real milliseconds. */
const LATE_MS = 2000

// Taken when the module loads, so that a test's fake timers do not stop the simulation.
const { setImmediate, setTimeout, clearTimeout } = globalThis

/** What a watch waits for: the right moment to fire a virtual timer, or to declare a stall. */
export type StillnessGoal = 'timer' | 'stall'

/** Calls `reached` with whether the process would end now. */
type Reached = (certain: boolean) => void

export class Stillness {
  readonly #busy: () => boolean
  readonly #onLate: (resources: string) => void
  readonly #baseline = census()
  /** Asynchronous resources made up to now by us, or by others and judged to be over. */
  #known = resourcesMade()
  /** Those that ranks made since the last verdict, and where the count stood when they began to run. */
  #byRanks = 0
  #enteredAt = 0
  /** Counts watches, so that callbacks of one that has ended find out. */
  #watch = 0
  #watching = false
  #poll: NodeJS.Timeout | undefined
  #report: Reached = () => {}
  #onEnd: (() => void) | undefined

  /** `onLate` hears of resources that have been the only obstacle to a verdict for a while. */
  constructor(busy: () => boolean, onLate: (resources: string) => void) {
    this.#busy = busy
    this.#onLate = onLate
  }

  /** Tells that the simulation itself makes so many asynchronous resources. */
  count(resources: number): void {
    this.#known += resources
  }

  /** Ranks run from here to `leave()`, within one phase of the event loop. */
  enter(): void {
    this.count(1)
    this.#enteredAt = resourcesMade()
  }

  leave(): void {
    this.count(1)
    this.#byRanks += resourcesMade() - this.#enteredAt - 1
  }

  /** Calls `reached` once the process is still, unless `stop()` comes first. */
  watch(goal: StillnessGoal, reached: Reached): void {
    this.stop()
    this.#watching = true
    const watch = ++this.#watch
    const report = (certain: boolean) => {
      if (watch !== this.#watch) return
      this.stop()
      this.#known += this.#foreign()
      this.#byRanks = 0
      reached(certain)
    }
    this.#report = report
    this.#turn(new Vigil(goal, watch))
  }

  stop(): void {
    if (!this.#watching) return
    this.#watching = false
    this.#watch++
    clearTimeout(this.#poll)
    if (this.#onEnd !== undefined) process.removeListener('beforeExit', this.#onEnd)
    this.#onEnd = undefined
  }

  /** One look at the process, and when to take the next. */
  #turn(vigil: Vigil): void {
    const again = () => {
      if (vigil.watch === this.#watch) this.#turn(vigil)
    }
    const busy = this.#busy()
    const active = busy ? '' : this.#active()
    if (busy || active !== '') {
      vigil.disturbed()
      if (!busy && vigil.isLate()) this.#onLate(active)
      this.#after(vigil.nextPauseMs(), again)
    } else if (++vigil.turns < QUIET_TURNS) {
      this.count(1)
      setImmediate(again)
    } else if (this.#foreign() === 0 || vigil.idleEnough(this.#byRanks > 0)) this.#report(false)
    else {
      vigil.startSlice()
      this.#after(SLICE_MS, again)
    }
  }

  /** Calls `f` later, if the process lives that long; if it does not, that is the verdict. */
  #after(ms: number, f: () => void): void {
    if (this.#onEnd === undefined) {
      this.#onEnd = () => this.#report(true)
      process.once('beforeExit', this.#onEnd)
    }
    this.count(1)
    this.#poll = setTimeout(f, ms).unref()
  }

  /** Asynchronous resources made by others since the last verdict. */
  #foreign(): number {
    this.count(1) // the one that finds out
    return resourcesMade() - this.#known
  }

  /** The resources at work that speak against a verdict, as a list for people; empty if there are none. */
  #active(): string {
    const now = census()
    let active = ''
    for (const [kind, count] of now) {
      const before = isFleeting(kind) ? 0 : (this.#baseline.get(kind) ?? 0)
      if (count > before) active += `${active === '' ? '' : ', '}${count - before} ${kind}`
    }
    // What was there at the start and has ended does not excuse something new of the same kind.
    for (const [kind, count] of this.#baseline) {
      const left = now.get(kind) ?? 0
      if (left < count) this.#baseline.set(kind, left)
    }
    return active
  }
}

/** How one watch is going. */
class Vigil {
  readonly watch: number
  turns = 0
  readonly #goal: StillnessGoal
  readonly #startMs = performance.now()
  #pauseMs = POLL_MIN_MS
  #wasLate = false
  #idleMs = 0
  #cpu: NodeJS.CpuUsage | null = null

  constructor(goal: StillnessGoal, watch: number) {
    this.#goal = goal
    this.watch = watch
  }

  disturbed(): void {
    this.turns = 0
    this.#idleMs = 0
    this.#cpu = null
  }

  /** True once, when it has been going on for long. */
  isLate(): boolean {
    if (this.#wasLate || performance.now() - this.#startMs < LATE_MS) return false
    this.#wasLate = true
    return true
  }

  nextPauseMs(): number {
    const pauseMs = this.#pauseMs
    this.#pauseMs = Math.min(2 * pauseMs, POLL_MAX_MS)
    return pauseMs
  }

  startSlice(): void {
    this.#cpu = process.cpuUsage()
  }

  /** Whether the processor has been idle for long enough, counting the slice that ends now. */
  idleEnough(ranksMayHaveWork: boolean): boolean {
    if (this.#cpu !== null) {
      const { user, system } = process.cpuUsage(this.#cpu)
      this.#idleMs = (user + system) / 1000 < SLICE_CPU_MS ? this.#idleMs + SLICE_MS : 0
    }
    if (this.#goal === 'timer' && performance.now() - this.#startMs > TIMER_PATIENCE_MS) return true
    return this.#idleMs >= (ranksMayHaveWork ? IDLE_MS : IDLE_OTHERS_MS)[this.#goal]
  }
}

/** Timers and requests: what was there at the start is probably over, and what is there now is new. */
function isFleeting(kind: string): boolean {
  return kind === 'Timeout' || kind.includes('Req')
}

/** How many of each kind of resource keep the process alive. Immediates end by themselves, and we use them. */
function census(): Map<string, number> {
  const counts = new Map<string, number>()
  for (const kind of process.getActiveResourcesInfo())
    if (kind !== 'Immediate') counts.set(kind, (counts.get(kind) ?? 0) + 1)
  return counts
}

/** Number of asynchronous resources made in this process so far (promises count only under async hooks). */
function resourcesMade(): number {
  return new AsyncResource('tsmpi').asyncId()
}

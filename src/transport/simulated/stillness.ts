/**
 * Finds out that nothing but the simulation could make a rank go on.
 *
 * Ranks may wait for real things as well: timers, files, sockets, worker threads. While one does, virtual
 * timers must not jump ahead and a silent network is no deadlock; and a verdict too early is worse than one
 * too late. Evidence, each kind blind to something the next one sees:
 *
 * 1. `busy()`: whoever runs the ranks knows that one of them is not waiting for the network.
 * 2. Node's list of what keeps the process alive holds no timer, no request and nothing else that was not
 *    there at the start. It misses jobs on the thread pool and in worker threads. (Timers that were there at
 *    the start count as well, since the list does not tell one timer from another. A test runner's come
 *    and go, which costs some milliseconds; with one that stays there are no verdicts, only `onLate`.)
 * 3. Before a deadlock is declared: for a while the process uses no processor time, in any thread.
 *
 * In a plain `node` process there is something better, and it overrules all three: `beforeExit` comes
 * exactly when nothing real is left to wait for. For that, the watch itself must not keep the process
 * alive, so its timers are unreferenced.
 */

/** Loop turns without an event before the silence counts: a rank may be between two real callbacks. */
const QUIET_TURNS = 3
/** How long the processor must be idle before a deadlock is declared, in real milliseconds. */
const GRACE_MS = 40
/** More processor time than this within the grace means that some thread is at work. */
const GRACE_CPU_MS = 15
const POLL_MIN_MS = 1
const POLL_MAX_MS = 20
/** When to say that things stand still although there is no verdict, in real milliseconds. */
const LATE_MS = 2000

// Taken when the module loads, so that a test's fake timers do not stop the simulation.
const { setImmediate, setTimeout, clearTimeout } = globalThis

/** What a watch waits for: the right moment to fire a virtual timer, or to declare a stall. */
export type StillnessGoal = 'timer' | 'stall'

export class Stillness {
  readonly #busy: () => boolean
  readonly #onLate: (resources: string) => void
  readonly #baseline = census()
  /** Counts watches, so that callbacks of one that has ended find out. */
  #watch = 0
  #watching = false
  #poll: NodeJS.Timeout | undefined
  #onEnd: (() => void) | undefined

  /** `onLate` hears of resources that have been the only obstacle to a verdict for a while. */
  constructor(busy: () => boolean, onLate: (resources: string) => void) {
    this.#busy = busy
    this.#onLate = onLate
  }

  get watching(): boolean {
    return this.#watching
  }

  /**
   * Calls `reached` once the process is still; `certain` says that it would end now. Until `stop()`.
   */
  watch(goal: StillnessGoal, reached: (certain: boolean) => void): void {
    this.stop()
    this.#watching = true
    const watch = ++this.#watch
    const report = (certain: boolean) => {
      if (watch !== this.#watch) return
      this.stop()
      reached(certain)
    }
    this.#onEnd = () => report(true)
    process.once('beforeExit', this.#onEnd)

    let pauseMs = POLL_MIN_MS
    let turns = 0
    let lateAtMs = performance.now() + LATE_MS
    const turn = () => {
      if (watch !== this.#watch) return
      const busy = this.#busy()
      const active = busy ? '' : this.#active()
      if (busy || active !== '') {
        turns = 0
        if (!busy && performance.now() > lateAtMs) {
          lateAtMs = Number.POSITIVE_INFINITY
          this.#onLate(active)
        }
        this.#poll = setTimeout(turn, pauseMs).unref()
        pauseMs = Math.min(2 * pauseMs, POLL_MAX_MS)
      } else if (++turns < QUIET_TURNS) setImmediate(turn)
      else if (goal === 'timer') report(false)
      else this.#grace(watch, turn, report)
    }
    setImmediate(turn)
  }

  stop(): void {
    if (!this.#watching) return
    this.#watching = false
    this.#watch++
    clearTimeout(this.#poll)
    if (this.#onEnd !== undefined) process.removeListener('beforeExit', this.#onEnd)
    this.#onEnd = undefined
  }

  #grace(watch: number, again: () => void, report: (certain: boolean) => void): void {
    const before = process.cpuUsage()
    this.#poll = setTimeout(() => {
      if (watch !== this.#watch) return
      const used = process.cpuUsage(before)
      const idle = (used.user + used.system) / 1000 < GRACE_CPU_MS
      if (idle && !this.#busy() && this.#active() === '') report(false)
      else again()
    }, GRACE_MS).unref()
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

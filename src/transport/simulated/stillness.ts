/**
 * Finds out that nothing but the simulation could make a rank go on.
 *
 * Ranks may wait for real things as well: timers, files, sockets, worker threads. While one does, virtual
 * timers must not jump ahead and a silent network is no deadlock; and a verdict too early is worse than one
 * too late. Evidence, each kind blind to something the next one sees:
 *
 * 1. `busy()`: whoever runs the ranks knows that one of them is not waiting for the network.
 * 2. Node's list of what keeps the process alive holds nothing that was not there at the start. It misses
 *    jobs on the thread pool and in worker threads.
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

// Taken when the module loads, so that a test's fake timers do not stop the simulation.
const { setImmediate, setTimeout, clearTimeout } = globalThis

/** What a watch waits for: the right moment to fire a virtual timer, or to declare a stall. */
export type StillnessGoal = 'timer' | 'stall'

export class Stillness {
  readonly #busy: () => boolean
  readonly #baseline = census()
  /** Counts watches, so that callbacks of one that has ended find out. */
  #watch = 0
  #watching = false
  #poll: NodeJS.Timeout | undefined
  #onEnd: (() => void) | undefined

  constructor(busy: () => boolean) {
    this.#busy = busy
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
    const turn = () => {
      if (watch !== this.#watch) return
      if (this.#moving()) {
        turns = 0
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
      if (idle && !this.#moving()) report(false)
      else again()
    }, GRACE_MS).unref()
  }

  #moving(): boolean {
    if (this.#busy()) return true
    const now = census()
    let more = false
    for (const [kind, count] of now) if (count > (this.#baseline.get(kind) ?? 0)) more = true
    // What was there at the start and has ended does not excuse something new of the same kind.
    for (const [kind, count] of this.#baseline) {
      const left = now.get(kind) ?? 0
      if (left < count) this.#baseline.set(kind, left)
    }
    return more
  }
}

/** How many of each kind of resource keep the process alive. Immediates end by themselves, and we use them. */
function census(): Map<string, number> {
  const counts = new Map<string, number>()
  for (const kind of process.getActiveResourcesInfo())
    if (kind !== 'Immediate') counts.set(kind, (counts.get(kind) ?? 0) + 1)
  return counts
}

/**
 * The life of a job: watches its ranks, decides when and why it ends, and ends it.
 *
 * The first cause wins. Whatever happens to ranks after the job began to end changes neither the exit code
 * nor the report. Knows of hosts only that they have names and may be lost, with their ranks.
 */

import type { FromRank, UncaughtError } from '../bootstrap/control.ts'
import { ControlHub } from '../bootstrap/control-hub.ts'
import type { Activity } from '../bootstrap/job.ts'
import type { BootFacts, ProcessEnd } from './agent.ts'
import type { Fleet, FleetEvents, HostOfJob } from './fleet.ts'
import type { Program } from './program.ts'
import type { Cause, RankFacts } from './report.ts'

/** Between the polite signal and the last one. */
const GRACE_MS = 2000
/** A rank that others have lost has died, and its end is seen here by then; or it is cut off. */
const LOST_LIMIT_MS = 3000
/** A rank that has found an error fails by it when those it told do, unless its script has caught it. */
const FINDER_LIMIT_MS = 1000
/**
 * A rank that is not in synchronous code answers within a turn of its loop. Somebody at the keyboard
 * waits less for that than the report of a night's work does.
 */
const ANSWER_LIMIT_MS = { signal: 500, other: 2000 }

/** How a job ended: a null cause is a good end. */
export interface JobEnd {
  readonly cause: Cause | null
  readonly ranks: readonly RankFacts[]
}

interface RankState {
  readonly rank: number
  pid: number | null
  end: ProcessEnd | null
  outputEnded: boolean
  uncaught: UncaughtError | null
  owed: string | null
  /** The exit code it announced; with it came `owed`, which is only our ignorance otherwise. */
  announced: number | null
  activity: Activity | null
  endedWithJob: boolean
  silent: boolean
  /** When the first sign of its failure came; null: none. */
  failedAt: number | null
}

/** What a supervisor needs of a fleet. */
export type Supervised = Pick<Fleet, 'hostOf' | 'ping' | 'boot' | 'send' | 'signal'>

export class Supervisor implements Omit<FleetEvents, 'onDetail' | 'onOutput'> {
  /** Resolves when every rank has ended and all its output has come. */
  readonly done: Promise<JobEnd>
  readonly #fleet: Supervised
  readonly #hub: ControlHub
  readonly #ranks: RankState[]
  #resolve: (end: JobEnd) => void = () => {}
  #cause: Cause | null = null
  /** Counts what happens, so that the earliest of several failures can be told. */
  #now = 0
  #booted = false
  #query: { waitingFor: Set<number>; resolve(): void } | null = null
  #killTimer: NodeJS.Timeout | null = null
  #finderTimer: NodeJS.Timeout | null = null

  constructor(size: number, fleet: Supervised) {
    this.#fleet = fleet
    this.#hub = new ControlHub(size, (rank, message) => fleet.send(rank, message))
    this.#ranks = Array.from({ length: size }, (_, rank) => newRank(rank))
    this.done = new Promise((resolve) => {
      this.#resolve = resolve
    })
  }

  get isEnding(): boolean {
    return this.#cause !== null
  }

  /** Lets the ranks run the program, unless the job is ending already. */
  boot(program: Program, facts: readonly BootFacts[]): void {
    if (this.#cause !== null) return
    this.#booted = true
    this.#fleet.boot(program, facts)
  }

  onStarted(rank: number, pid: number): void {
    this.#ranks[rank]!.pid = pid
  }

  onStartFailed(rank: number, error: Error): void {
    const state = this.#ranks[rank]!
    state.end = { code: null, signal: null }
    state.outputEnded = true
    this.end({ kind: 'startFailed', rank, error })
    this.#checkDone()
  }

  onHostLost(host: HostOfJob, why: string): void {
    const { hostname, ranks } = host
    this.end({ kind: this.#booted ? 'hostLost' : 'launchFailed', hostname, ranks, why })
    for (const rank of ranks) {
      const state = this.#ranks[rank]!
      state.end ??= { code: null, signal: null }
      state.outputEnded = true
      this.#answered(rank)
    }
    this.#checkDone()
  }

  onMessage(rank: number, message: FromRank): void {
    const state = this.#ranks[rank]!
    this.#now++
    switch (message.t) {
      case 'uncaught':
        state.uncaught = message.error
        state.activity = message.activity
        break
      case 'exit':
        state.announced = message.code
        state.owed = message.owed
        state.activity ??= message.activity
        if (message.code !== 0 || message.owed !== null) state.failedAt ??= this.#now
        break
      case 'abort':
        state.failedAt ??= this.#now
        this.end({ kind: 'abort', rank, code: message.code, why: message.why })
        break
      case 'lost':
        this.#watchLost(rank, message.rank, message.reason)
        break
      case 'activity':
        state.activity = message.activity
        this.#answered(rank)
        break
      default:
        this.#hub.receive(rank, message)
    }
  }

  onEnded(rank: number, end: ProcessEnd): void {
    const state = this.#ranks[rank]!
    this.#now++
    state.end = end
    this.#answered(rank)
    if (this.#cause !== null) return
    const well =
      end.code === 0 && state.owed === null && (state.announced !== null || !this.#stillNeeded(rank))
    if (well) this.#hub.markLeft(rank)
    else state.failedAt ??= this.#now
    this.#endIfFailed()
  }

  onOutputEnded(rank: number): void {
    this.#ranks[rank]!.outputEnded = true
    this.#checkDone()
  }

  /** Ends the job because of `cause`, unless it is ending already. */
  end(cause: Cause): void {
    if (this.#cause !== null) return
    this.#cause = cause
    if (this.#finderTimer) clearTimeout(this.#finderTimer)
    const culprits = culpritsOf(cause)
    for (const state of this.#alive()) {
      state.endedWithJob = !culprits.includes(state.rank) && state.failedAt === null
    }
    if (culprits.length > 0) {
      this.#terminate()
      // After the signal: only ranks that handle it need to know, others would only add their own errors.
      for (const rank of culprits) this.#hub.markFailed(rank, `rank ${rank} has failed`)
    } else {
      const limitMs = cause.kind === 'signal' ? ANSWER_LIMIT_MS.signal : ANSWER_LIMIT_MS.other
      void this.#askActivities(limitMs).then(() => this.#terminate())
    }
  }

  /** Ends every rank at once, without grace. */
  kill(): void {
    if (this.#killTimer) clearTimeout(this.#killTimer)
    this.#fleet.signal('SIGKILL')
  }

  /** Asks every living rank what it is doing; resolves when all have answered or had their time. */
  #askActivities(limitMs: number): Promise<void> {
    const alive = this.#alive()
    // Before the script runs there is nothing to tell, and nobody to answer.
    if (alive.length === 0 || !this.#booted) return Promise.resolve()
    return new Promise((resolve) => {
      const waitingFor = new Set(alive.map((state) => state.rank))
      const limit = setTimeout(() => this.#query?.resolve(), limitMs)
      this.#query = {
        waitingFor,
        resolve: () => {
          clearTimeout(limit)
          this.#query = null
          for (const rank of waitingFor) this.#ranks[rank]!.silent = true
          resolve()
        },
      }
      for (const rank of waitingFor) this.#fleet.send(rank, { t: 'activity?', id: 0 })
    })
  }

  #watchLost(rank: number, peer: number, reason: string): void {
    if (this.#ranks[peer] === undefined) return
    // Not only the rank may be out of reach, but the whole of its host.
    const hasAnswered = this.#fleet.ping(peer)
    const limit = setTimeout(() => {
      if (this.#ranks[peer]?.end !== null) return
      if (hasAnswered()) {
        this.end({ kind: 'unreachable', rank, peer, reason })
      } else {
        const why = `it does not answer, and rank ${rank} has lost rank ${peer}: ${reason}`
        this.onHostLost(this.#fleet.hostOf(peer), why)
      }
    }, LOST_LIMIT_MS)
    limit.unref()
  }

  #answered(rank: number): void {
    if (this.#query?.waitingFor.delete(rank) && this.#query.waitingFor.size === 0) this.#query.resolve()
  }

  #terminate(): void {
    if (this.#killTimer !== null) return
    this.#fleet.signal('SIGTERM')
    // A stopped process takes no signal but the last one.
    this.#fleet.signal('SIGCONT')
    this.#killTimer = setTimeout(() => this.#fleet.signal('SIGKILL'), GRACE_MS)
    this.#checkDone()
  }

  #checkDone(): void {
    if (!this.#ranks.every((state) => state.end !== null && state.outputEnded)) return
    if (this.#killTimer) clearTimeout(this.#killTimer)
    this.#resolve({
      cause: this.#cause,
      ranks: this.#ranks.map((state) => ({ ...state, hostname: this.#fleet.hostOf(state.rank).hostname })),
    })
  }

  #alive(): RankState[] {
    return this.#ranks.filter((state) => state.end === null)
  }

  /** Whether others may wait for `rank`: it can be reached by messages and has not finished. */
  #stillNeeded(rank: number): boolean {
    return this.#hub.hasPublished(rank) && !this.#hub.hasFinished(rank)
  }

  /** Ends the job if ranks have ended badly: because of the first of those that found their error themselves. */
  #endIfFailed(): void {
    const failed = this.#ranks.filter((state) => state.failedAt !== null && state.end !== null)
    const own = earliest(failed.filter((state) => finderOf(state) === null))
    const first = own ?? earliest(failed)
    if (first === null) return
    if (own === null && failed.some((state) => this.#ranks[finderOf(state)!]?.end === null)) {
      // They were told of their errors by a rank that still runs. Its own word is the one to report.
      this.#finderTimer ??= setTimeout(() => this.end({ kind: 'failed', rank: first.rank }), FINDER_LIMIT_MS)
      return
    }
    this.end({ kind: 'failed', rank: first.rank })
  }
}

/** The ranks by which the job has failed: they cannot or need not be asked what they are doing. */
function culpritsOf(cause: Cause): readonly number[] {
  if ('ranks' in cause) return cause.ranks
  return 'rank' in cause && cause.kind !== 'unreachable' ? [cause.rank] : []
}

/** The rank that told `state` of the error by which it failed; null: it failed by itself. */
function finderOf({ end, uncaught }: RankState): number | null {
  return end?.signal ? null : (uncaught?.foundBy ?? null)
}

/** The one whose failure showed first; ties cannot be. */
function earliest(failed: readonly RankState[]): RankState | null {
  return failed.reduce<RankState | null>(
    (first, state) => (first === null || state.failedAt! < first.failedAt! ? state : first),
    null,
  )
}

function newRank(rank: number): RankState {
  return {
    rank,
    pid: null,
    end: null,
    outputEnded: false,
    uncaught: null,
    owed: null,
    announced: null,
    activity: null,
    endedWithJob: false,
    silent: false,
    failedAt: null,
  }
}

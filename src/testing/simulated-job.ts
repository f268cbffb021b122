/** What tsrun is to the ranks of a real job, for the ranks of a simulated one. */

import type { Activity, Job, JobEvent } from '../bootstrap/job.ts'
import { AbortedError, InvariantError } from '../errors.ts'

/** How the job's own news travel: as events among those of the network. */
export interface Carrier {
  post(f: () => void): void
}

export interface JobOptions {
  readonly size: number
  readonly jobId: string
  /** The host number of each rank. */
  readonly nodeOf: readonly number[]
  readonly carrier: Carrier
  /** Whether the ranks of a host share memory. */
  readonly sharing: boolean
  readonly bracketing: 'placement' | 'rank'
  /** A rank asks for the end of the job. */
  readonly onAbort: (rank: number, error: AbortedError) => void
}

export class SimulatedLauncher {
  readonly jobs: readonly SimulatedJob[]
  readonly #carrier: Carrier
  /** Ranks that have neither finished nor died. */
  readonly #left: Set<number>
  readonly #finishing: (() => void)[] = []

  constructor(options: JobOptions) {
    this.#carrier = options.carrier
    this.#left = new Set(Array.from({ length: options.size }, (_, rank) => rank))
    this.jobs = Array.from(this.#left, (rank) => new SimulatedJob(rank, options, () => this.#finish(rank)))
  }

  /** `rank` is dead: the others are told, as by a launcher that saw the process end. */
  failed(rank: number, reason: string): void {
    this.#left.delete(rank)
    this.#tell({ kind: 'failed', rank, reason })
    this.#endIfAllHave()
  }

  #finish(rank: number): Promise<void> {
    this.#left.delete(rank)
    this.#tell({ kind: 'finished', rank, left: false })
    return new Promise((resolve) => {
      this.#finishing.push(resolve)
      this.#endIfAllHave()
    })
  }

  #tell(event: JobEvent & { readonly rank: number }): void {
    for (const job of this.jobs) if (job.rank !== event.rank) job.take(event, this.#carrier)
  }

  #endIfAllHave(): void {
    if (this.#left.size > 0) return
    for (const resolve of this.#finishing.splice(0)) this.#carrier.post(resolve)
  }
}

export class SimulatedJob implements Job {
  readonly rank: number
  readonly size: number
  readonly localRank: number
  readonly localSize: number
  readonly nodeRank: number
  readonly nodeOf: readonly number[]
  readonly sharing: readonly boolean[]
  readonly net = null
  readonly bracketing: 'placement' | 'rank'
  readonly jobId: string
  readonly hostname: string
  readonly runtimeDir = null
  readonly segmentFd = null
  readonly #onAbort: JobOptions['onAbort']
  readonly #finish: () => Promise<void>
  readonly #events: JobEvent[] = []
  #listener: ((event: JobEvent) => void) | null = null

  constructor(rank: number, options: JobOptions, finish: () => Promise<void>) {
    const { nodeOf } = options
    this.rank = rank
    this.size = options.size
    this.nodeOf = nodeOf
    this.sharing = new Array<boolean>(Math.max(...nodeOf) + 1).fill(options.sharing)
    this.bracketing = options.bracketing
    this.nodeRank = nodeOf[rank]!
    this.localRank = nodeOf.slice(0, rank).filter((node) => node === this.nodeRank).length
    this.localSize = nodeOf.filter((node) => node === this.nodeRank).length
    this.jobId = options.jobId
    this.hostname = `simulated-${this.nodeRank}`
    this.#onAbort = options.onAbort
    this.#finish = finish
  }

  /**
   * Queues an event. One of the simulation's events delivers all that have come by then, so the moment is
   * drawn and the order kept; one each would make the end of n ranks cost n^2 events.
   */
  take(event: JobEvent, carrier: Carrier): void {
    if (this.#events.push(event) === 1) carrier.post(() => this.#deliver())
  }

  listen(listener: (event: JobEvent) => void): void {
    this.#listener = listener
  }

  finish(): Promise<void> {
    return this.#finish()
  }

  abort(code: number, why: string): never {
    const error = new AbortedError(why === '' ? `aborted with code ${code}` : why)
    this.#onAbort(this.rank, error)
    throw error
  }

  /** Whoever kills a simulated rank wants to see what the others make of it. */
  lost(_rank: number, _reason: string): 'continue' {
    return 'continue'
  }

  publish(_card: string): void {}

  card(rank: number): Promise<string> {
    throw new InvariantError(`a simulated rank asked for the address of rank ${rank}; nobody has one`)
  }

  describeWith(_describe: () => Activity): void {}

  owedAtExit(_owed: () => string | null): void {}

  #deliver(): void {
    for (const event of this.#events.splice(0)) this.#listener?.(event)
  }
}

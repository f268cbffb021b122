/** The {@link Job} of a rank that others wait for: every question goes over the control channel. */

import { RankFailedError } from '../errors.ts'
import type { ToRank } from './control.ts'
import type { ControlPort } from './control-port.ts'
import type { Net, Place } from './environment.ts'
import type { Activity, Job, JobEvent } from './job.ts'

const IDLE: Activity = { pending: [], last: null }

/** The way to whoever answers: the launcher, or in a job without one a thread of this process. */
export type Port = Pick<ControlPort, 'send' | 'flush' | 'hold' | 'release'>

interface CardWaiter {
  resolve(card: string): void
  reject(error: Error): void
}

export class RankJob implements Job {
  readonly rank: number
  readonly size: number
  readonly localRank: number
  readonly localSize: number
  readonly nodeRank: number
  readonly nodeOf: readonly number[]
  readonly sharing: readonly boolean[]
  readonly net: Net | null
  readonly bracketing: Place['bracketing']
  readonly jobId: string
  readonly hostname: string
  readonly runtimeDir: string | null
  readonly segmentFd: number | null
  makeError = (message: string): Error => new RankFailedError(message)

  readonly #port: Port
  readonly #cards = new Map<number, string>()
  readonly #cardWaiters = new Map<number, CardWaiter[]>()
  /** Why a rank cannot be reached any more. */
  readonly #gone = new Map<number, string>()
  #early: JobEvent[] | null = []
  #listener: (event: JobEvent) => void = (event) => this.#early?.push(event)
  #finish: { promise: Promise<void>; resolve(): void } | null = null
  #describe: () => Activity = () => IDLE
  #owed: () => string | null = () => null

  constructor(order: Place, port: Port) {
    this.rank = order.rank
    this.size = order.size
    this.localRank = order.localRank
    this.localSize = order.localSize
    this.nodeRank = order.nodeRank
    this.nodeOf = order.nodeOf
    this.sharing = order.sharing
    this.net = order.net
    this.bracketing = order.bracketing
    this.jobId = order.jobId
    this.hostname = order.hostname
    this.runtimeDir = order.runtimeDir
    this.segmentFd = order.segmentFd
    this.#port = port
  }

  publish(card: string): void {
    this.#port.send({ t: 'publish', card })
  }

  card(rank: number): Promise<string> {
    const known = this.#cards.get(rank)
    if (known !== undefined) return Promise.resolve(known)
    const goneBecause = this.#gone.get(rank)
    if (goneBecause !== undefined) return Promise.reject(this.#unreachable(rank, goneBecause))
    return new Promise((resolve, reject) => {
      const waiters = this.#cardWaiters.get(rank)
      if (waiters) {
        waiters.push({ resolve, reject })
      } else {
        this.#cardWaiters.set(rank, [{ resolve, reject }])
        this.#port.hold()
        this.#port.send({ t: 'card?', rank })
      }
    })
  }

  listen(listener: (event: JobEvent) => void): void {
    const early = this.#early ?? []
    this.#early = null
    this.#listener = listener
    for (const event of early) listener(event)
  }

  finish(): Promise<void> {
    if (this.#finish === null) {
      let resolve = () => {}
      const promise = new Promise<void>((f) => {
        resolve = f
      })
      this.#finish = { promise, resolve }
      this.#port.hold()
      this.#port.send({ t: 'finished' })
    }
    return this.#finish.promise
  }

  abort(code: number, why: string): never {
    this.#port.send({ t: 'abort', code, why })
    this.#port.flush()
    // A signal, because process.exit() would still run the script's own exit handlers.
    process.kill(process.pid, 'SIGKILL')
    for (;;);
  }

  /** Under a launcher a lost rank always ends the job; it is the launcher that says why. */
  lost(rank: number, reason: string): 'end' | 'continue' {
    this.#port.send({ t: 'lost', rank, reason })
    return 'end'
  }

  describeWith(describe: () => Activity): void {
    this.#describe = describe
  }

  owedAtExit(owed: () => string | null): void {
    this.#owed = owed
  }

  /** Takes one message of the launcher. */
  receive(message: ToRank): void {
    switch (message.t) {
      case 'card':
        this.#cards.set(message.rank, message.card)
        for (const waiter of this.#takeWaiters(message.rank)) waiter.resolve(message.card)
        break
      case 'want':
        this.#listener({ kind: 'want' })
        break
      case 'finished':
        if (message.left) this.#markGone(message.rank, 'it has finished and left')
        this.#listener({ kind: 'finished', rank: message.rank, left: message.left })
        break
      case 'left':
        this.#markGone(message.rank, 'it has finished and left')
        break
      case 'failed':
        this.#markGone(message.rank, message.reason)
        this.#listener({ kind: 'failed', rank: message.rank, reason: message.reason })
        break
      case 'allFinished':
        if (this.#finish) {
          this.#finish.resolve()
          this.#port.release()
        }
        break
      case 'activity?':
        this.#port.send({ t: 'activity', id: message.id, activity: this.activity() })
        break
      case 'boot':
        break
    }
  }

  /** What this rank is doing; a report must not fail because the description does. */
  activity(): Activity {
    try {
      return this.#describe()
    } catch (error) {
      return { pending: [`(unknown: ${error})`], last: null }
    }
  }

  /** What this rank owes the others, asked at its exit. */
  owed(): string | null {
    try {
      return this.#owed()
    } catch (error) {
      return `what it owed could not be determined: ${error}`
    }
  }

  #takeWaiters(rank: number): CardWaiter[] {
    const waiters = this.#cardWaiters.get(rank)
    if (waiters === undefined) return []
    this.#cardWaiters.delete(rank)
    this.#port.release()
    return waiters
  }

  #markGone(rank: number, reason: string): void {
    this.#gone.set(rank, reason)
    for (const waiter of this.#takeWaiters(rank)) waiter.reject(this.#unreachable(rank, reason))
  }

  #unreachable(rank: number, reason: string): Error {
    return this.makeError(`rank ${this.rank} cannot reach rank ${rank}: ${reason}`)
  }
}

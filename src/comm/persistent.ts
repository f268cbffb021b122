/**
 * Persistent requests: a send or a receive described once and started again and again (MPI-4.1 §3.9).
 *
 * Each start is an `isend` or `irecv` of its own, so that matching, progress and failures are the same. What
 * this adds is the life between starts: inactive, active from `start` until a wait has told the result,
 * inactive again.
 */

import { MpiError } from '../errors.ts'
import type { Source } from './arguments.ts'
import { CallSite } from './context.ts'
import type { Messenger } from './messenger.ts'
import type { PointToPoint, RecvOptions, SendOptions } from './point-to-point.ts'
import type { Request, WaitableRequest } from './request.ts'
import { NO_MESSAGE, type Status } from './status.ts'

export interface PersistentRequest<T> extends Request<T> {
  /** Whether it has been started and its result has not been waited for yet. */
  readonly active: boolean
  /**
   * Starts the operation once more: a send reads its value now. Throws MpiError while the request is active or
   * after `free`, and what is wrong with the value of a send.
   * @see MPI-4.1 §3.9, MPI_Start
   */
  start(): void
  /**
   * Gives the request up: it cannot be started any more. An operation under way is still completed, and may be
   * waited for.
   * @see MPI-4.1 §3.7.3, MPI_Request_free
   */
  free(): void
}

/** What one start needs to know, checked when the request was made. */
interface Plan<T> {
  readonly where: CallSite
  readonly begin: () => Request<T>
  /** What waiting for an inactive request gives. */
  readonly nothing: T
  /** The status of a request that was never started; a send has none. */
  readonly emptyStatus: Status | undefined
}

/** `Communicator.sendInit` and `ssendInit`, where they are documented. */
export function sendInit(
  p2p: PointToPoint,
  name: 'sendInit' | 'ssendInit',
  value: unknown,
  dest: number | null,
  options?: SendOptions,
): PersistentRequest<void> {
  const where = new CallSite(name, p2p.context)
  p2p.checkSend(where, dest, options)
  const kept = { ...options }
  const begin = () => p2p.isend(name, value, dest, kept)
  return new StartedAgain<void>(p2p.messenger, { where, begin, nothing: undefined, emptyStatus: undefined })
}

/** `Communicator.recvInit`, where it is documented. */
export function recvInit(
  p2p: PointToPoint,
  source: Source,
  options: RecvOptions = {},
): PersistentRequest<unknown> {
  const where = new CallSite('recvInit', p2p.context)
  p2p.checkRecv(where, source, options)
  const kept = { ...options }
  const { into, status } = kept
  const begin = () => p2p.irecv('recvInit', 1, source, kept)
  const nothing = status ? { value: into, status: NO_MESSAGE } : into
  return new StartedAgain<unknown>(p2p.messenger, { where, begin, nothing, emptyStatus: NO_MESSAGE })
}

/**
 * Starts all of these requests, in list order. If one of them is active or freed, none is started.
 * @throws MpiError as `start` does
 * @see MPI-4.1 §3.9, MPI_Startall
 */
export function startAll(requests: readonly PersistentRequest<unknown>[]): void {
  const all = requests as readonly StartedAgain<unknown>[]
  if (new Set(all).size < all.length)
    throw new MpiError('startAll: a request is twice in the list, but can be active only once; give it once')
  for (const request of all) {
    if (!(request instanceof StartedAgain))
      throw new MpiError(
        'startAll: one of the requests cannot be started; give those of sendInit and recvInit',
      )
    request.checkStart('startAll')
  }
  for (const request of all) request.start()
}

class StartedAgain<T> implements PersistentRequest<T>, WaitableRequest<T> {
  /** What is under way, or over and not waited for; null: inactive. */
  #round: WaitableRequest<T> | null = null
  /** What a test has found over: whoever waits before the next start is told its result. */
  #tested: WaitableRequest<T> | null = null
  /** Of what was waited for last. */
  #status: Status | undefined
  #plan: Plan<T> | null
  readonly #messenger: Messenger
  readonly #where: CallSite
  readonly #nothing: T
  readonly #emptyStatus: Status | undefined

  constructor(messenger: Messenger, plan: Plan<T>) {
    this.#messenger = messenger
    this.#plan = plan
    this.#where = plan.where
    this.#nothing = plan.nothing
    this.#emptyStatus = plan.emptyStatus
    this.#status = plan.emptyStatus
  }

  get active(): boolean {
    return this.#round !== null
  }

  /** An inactive request counts as over, so that test and waitAll pass over it. */
  get done(): boolean {
    return this.#round === null || this.#round.done
  }

  get failed(): boolean {
    return this.#round?.failed ?? false
  }

  get delivered(): boolean {
    return this.#round === null || this.#round.delivered
  }

  get status(): Status | undefined {
    return this.#round === null ? this.#status : this.#round.status
  }

  start(): void {
    this.checkStart('start')
    this.#tested = null
    this.#round = this.#plan!.begin() as WaitableRequest<T>
  }

  checkStart(name: string): void {
    if (this.#plan === null)
      throw new MpiError(`${name} of ${this.#where}: the request has been freed; make a new one`)
    if (this.#round !== null)
      throw new MpiError(
        `${name} of ${this.#where}: the request is active; wait for it (await request) before the next start`,
      )
  }

  // biome-ignore lint/suspicious/noThenProperty: a request is awaitable by design
  then<A = T, B = never>(
    onFulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    const round = this.#round
    if (round === null && this.#tested !== null) {
      const tested = this.#tested
      this.#tested = null
      return Promise.resolve(tested).then(onFulfilled, onRejected)
    }
    if (round === null) {
      this.#status = this.#emptyStatus
      return Promise.resolve(this.#nothing).then(onFulfilled, onRejected)
    }
    // Who is told goes on after it is inactive again, and may start it at once.
    const told = round.then(
      (value) => {
        this.#end(round)
        return value
      },
      (error) => {
        this.#end(round)
        throw error
      },
    )
    return Promise.resolve(told).then(onFulfilled, onRejected)
  }

  async test(): Promise<boolean> {
    if (!this.done) await this.#messenger.progress()
    if (!this.done) return false
    const round = this.#round
    if (round === null) return true
    // Throws if it has failed; a value is only for who waits.
    await this.then()
    this.#tested = round
    return true
  }

  cancel(): boolean {
    return this.#round?.cancel() ?? false
  }

  free(): void {
    this.#plan = null
  }

  onDone(f: () => void): void {
    if (this.#round === null) f()
    else this.#round.onDone(f)
  }

  offDone(f: () => void): void {
    this.#round?.offDone(f)
  }

  /** Two that waited for the same start end it once. */
  #end(round: WaitableRequest<T>): void {
    if (this.#round !== round) return
    this.#status = round.status
    this.#round = null
  }
}

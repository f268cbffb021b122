/**
 * Requests: handles on operations under way, for programs that want MPI's `isend`/`irecv` style (MPI-4.1 §3.7).
 *
 * A request makes its promise on demand: a failure is kept until somebody waits for it, instead of ending
 * the process as an unhandled rejection. One that nobody ever waits for ends the job when the rank finishes.
 */

import { CancelledError } from '../errors.ts'
import { traced } from './callers-stack.ts'
import type { Messenger } from './messenger.ts'
import type { Operation } from './operation.ts'
import type { RecvOperation } from './operations.ts'
import type { Status } from './status.ts'
import type { ValueRecv } from './value-recv.ts'

export interface Request<T> extends PromiseLike<T> {
  /** Whether the operation is over, well or badly. Does not itself make progress: see `test`. */
  readonly done: boolean
  /** Of a receive that is done: who sent what. */
  readonly status?: Status | undefined
  /** Whether somebody has waited for the result: such a request is inactive to waitAny and waitSome. */
  readonly delivered: boolean
  /** Delivers what has come in, then says whether the operation is over. Rejects with its failure. */
  test(): Promise<boolean>
  /** Withdraws a receive that no message has matched. True: it is withdrawn, and rejects with CancelledError. */
  cancel(): boolean
}

/** A request as the wait calls need it. */
export interface WaitableRequest<T> extends Request<T> {
  /** Whether it is over and will reject. */
  readonly failed: boolean
  /** Calls `f` when the operation is over; at once if it is. */
  onDone(f: () => void): void
  /** Takes an `onDone` back. */
  offDone(f: () => void): void
}

export class OperationRequest<T> implements WaitableRequest<T> {
  delivered = false
  readonly #messenger: Messenger
  readonly #operation: Operation<unknown>
  readonly #recv: ValueRecv | null

  constructor(messenger: Messenger, operation: Operation<unknown>, recv: ValueRecv | null) {
    this.#messenger = messenger
    this.#operation = operation
    this.#recv = recv
    operation.isRequested = true
    if (operation.state === 'failed') messenger.pending.unwaited.add(operation)
  }

  get done(): boolean {
    return this.#operation.state !== 'pending'
  }

  get failed(): boolean {
    return this.#operation.state === 'failed'
  }

  get status(): Status | undefined {
    return this.#recv?.status
  }

  // biome-ignore lint/suspicious/noThenProperty: a request is awaitable by design
  then<A = T, B = never>(
    onFulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.delivered = true
    this.#operation.isRequested = false
    this.#messenger.pending.unwaited.delete(this.#operation)
    return traced(this.#operation.promise() as Promise<T>).then(onFulfilled, onRejected)
  }

  async test(): Promise<boolean> {
    if (!this.done) await this.#messenger.progress()
    if (!this.done) return false
    await this
    return true
  }

  cancel(): boolean {
    if (this.#recv === null) return false
    const error = new CancelledError(`${this.#operation.describe()}: cancelled`)
    const cancelled = this.#messenger.withdraw(this.#recv as RecvOperation<unknown>, error)
    // The program knows that it cancelled; nobody has to wait for that to be told.
    if (cancelled) this.#messenger.pending.unwaited.delete(this.#operation)
    return cancelled
  }

  onDone(f: () => void): void {
    this.#operation.onSettled(f)
  }

  offDone(f: () => void): void {
    this.#operation.offSettled(f)
  }
}

/** A request that was over before it began: to or from null. */
export function completedRequest<T>(value: T, status: Status | undefined): Request<T> {
  const request: WaitableRequest<T> & { delivered: boolean } = {
    done: true,
    failed: false,
    status,
    delivered: false,
    // biome-ignore lint/suspicious/noThenProperty: a request is awaitable by design
    then(onFulfilled, onRejected) {
      request.delivered = true
      return Promise.resolve(value).then(onFulfilled, onRejected)
    },
    test: async () => {
      request.delivered = true
      return true
    },
    cancel: () => false,
    onDone: (f) => f(),
    offDone: () => {},
  }
  return request
}

/**
 * An operation under way: pending until it is settled once, with a promise made only if somebody asks.
 *
 * Every send, receive, probe and collective call is one. The messenger keeps the pending ones, so that a
 * report can say what a rank is doing and since when.
 */

import { invariant } from '../errors.ts'

export abstract class Operation<T> {
  state: 'pending' | 'done' | 'failed' = 'pending'
  /** When it was posted, on the rough clock of its messenger. */
  startedMs = 0
  /** Its place in the list of what is pending; see pending.ts. */
  isListed = false
  older: Operation<unknown> | null = null
  /** Whether a failure is to be kept for a request that nobody has waited for yet. */
  isRequested = false
  younger: Operation<unknown> | null = null
  // `unknown` inside, so that an operation of any result can stand where the result does not matter.
  #value: unknown
  #error: unknown
  #promise: Promise<unknown> | undefined
  #resolve: ((value: unknown) => void) | undefined
  #reject: ((error: unknown) => void) | undefined
  #onSettled: Set<() => void> | undefined

  /** One line for reports and error messages: `recv on world, rank 1 of 4, from rank 0, tag 7`. */
  abstract describe(): string

  succeed(value: T): void {
    if (this.state !== 'pending') this.#settledTwice()
    this.state = 'done'
    this.#value = value
    this.#resolve?.(value)
    this.#settled()
  }

  fail(error: unknown): void {
    if (this.state !== 'pending') this.#settledTwice()
    this.state = 'failed'
    this.#error = error
    this.#reject?.(error)
    this.#settled()
  }

  /** The native promise of the result: the same one at every call. */
  promise(): Promise<T> {
    if (this.#promise === undefined) {
      if (this.state === 'done') this.#promise = Promise.resolve(this.#value)
      else if (this.state === 'failed') this.#promise = Promise.reject(this.#error)
      else {
        this.#promise = new Promise((resolve, reject) => {
          this.#resolve = resolve
          this.#reject = reject
        })
      }
    }
    return this.#promise as Promise<T>
  }

  /** The error of a failed operation. */
  get error(): unknown {
    return this.#error
  }

  /** Calls `f` inside the call that settles the operation; at once if it is settled. */
  onSettled(f: () => void): void {
    if (this.state !== 'pending') f()
    else if (this.#onSettled === undefined) this.#onSettled = new Set([f])
    else this.#onSettled.add(f)
  }

  /** Takes an `onSettled` back. */
  offSettled(f: () => void): void {
    this.#onSettled?.delete(f)
  }

  #settledTwice(): never {
    // Not an argument of a condition: describing costs more than everything else here.
    invariant(false, `${this.describe()} settled twice`)
  }

  #settled(): void {
    const listeners = this.#onSettled
    if (listeners === undefined) return
    this.#onSettled = undefined
    for (const f of listeners) f()
  }
}

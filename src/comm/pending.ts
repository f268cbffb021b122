/** The operations under way of one rank: what it waits for, since when, and what came of it. */

import type { Clock } from '../transport/transport.ts'
import type { Context } from './context.ts'
import type { Operation } from './operation.ts'

export type ContextOperation = Operation<unknown> & { readonly context: Context }

export class Pending {
  /** Oldest first. */
  readonly operations = new Set<ContextOperation>()
  /** Requests that failed and that nobody has waited for yet. */
  readonly unwaited = new Set<Operation<unknown>>()
  /** What completed last, for reports. */
  last: Operation<unknown> | null = null
  readonly #clock: Clock
  readonly #onChange: () => void
  #failure: Error | null = null
  #whenDrained: (() => void)[] = []

  /** `onChange` is called when there is something or nothing pending after it was the other. */
  constructor(clock: Clock, onChange: () => void) {
    this.#clock = clock
    this.#onChange = onChange
  }

  get size(): number {
    return this.operations.size
  }

  /** Resolves when nothing is pending, if only for a moment. */
  drained(): Promise<void> {
    if (this.operations.size === 0) return Promise.resolve()
    return new Promise((resolve) => this.#whenDrained.push(resolve))
  }

  /** Registers an operation. False: it failed at once, because its communicator or the job has. */
  start(operation: ContextOperation): boolean {
    operation.startedMs = this.#clock.nowMs()
    const { owner } = operation.context
    const error = this.#failure ?? owner.broken
    if (error !== null) {
      owner.brokenSeen()
      operation.fail(error)
      return false
    }
    this.operations.add(operation)
    if (this.operations.size === 1) this.#onChange()
    return true
  }

  succeed<T>(operation: Operation<T> & { readonly context: Context }, value: T): void {
    this.#leave(operation)
    operation.succeed(value)
  }

  fail(operation: ContextOperation, error: unknown): void {
    this.#leave(operation)
    operation.fail(error)
  }

  /** From now on every operation fails with `error` when it starts. */
  refuseAll(error: Error): void {
    this.#failure ??= error
  }

  #leave(operation: ContextOperation): void {
    this.operations.delete(operation)
    this.last = operation
    if (this.operations.size > 0) return
    this.#onChange()
    for (const resolve of this.#whenDrained.splice(0)) resolve()
  }
}

/** The operations under way of one rank: what it waits for, since when, and what came of it. */

import type { Clock } from '../transport/transport.ts'
import type { Context } from './context.ts'
import type { Operation } from './operation.ts'

export type ContextOperation = Operation<unknown> & { readonly context: Context }

/** What completed last, in a form that costs nothing to keep: made into words only when somebody asks. */
export interface Described {
  describe(): string
}

export class Pending {
  /** Requests that failed and that nobody has waited for yet. */
  readonly unwaited = new Set<Operation<unknown>>()
  /** What completed last, for reports. */
  last: Described | null = null
  readonly #clock: Clock
  readonly #onChange: () => void
  /** A list through the operations themselves, oldest first: a Set costs more than all the rest of a message. */
  #oldest: ContextOperation | null = null
  #youngest: ContextOperation | null = null
  #size = 0
  #failure: Error | null = null
  #whenDrained: (() => void)[] = []

  /** `onChange` is called when there is something or nothing pending after it was the other. */
  constructor(clock: Clock, onChange: () => void) {
    this.#clock = clock
    this.#onChange = onChange
  }

  get size(): number {
    return this.#size
  }

  /** Why no operation can be started any more; null while they can. */
  get failure(): Error | null {
    return this.#failure
  }

  /** All that is pending now, oldest first. */
  operations(): ContextOperation[] {
    const operations: ContextOperation[] = []
    for (let one = this.#oldest; one !== null; one = one.younger as ContextOperation | null)
      operations.push(one)
    return operations
  }

  has(operation: ContextOperation): boolean {
    return operation.isListed
  }

  /** Resolves when nothing is pending, if only for a moment. */
  drained(): Promise<void> {
    if (this.#size === 0) return Promise.resolve()
    return new Promise((resolve) => this.#whenDrained.push(resolve))
  }

  /** Registers an operation. False: it failed at once, because its communicator or the job has. */
  start(operation: ContextOperation): boolean {
    const { owner } = operation.context
    const error = this.#failure ?? owner.broken
    if (error !== null) {
      owner.brokenSeen()
      operation.fail(error)
      return false
    }
    operation.startedMs = this.#clock.roughMs()
    operation.isListed = true
    operation.older = this.#youngest
    if (this.#youngest === null) this.#oldest = operation
    else this.#youngest.younger = operation
    this.#youngest = operation
    if (this.#size++ === 0) this.#onChange()
    return true
  }

  succeed<T>(operation: Operation<T> & { readonly context: Context }, value: T): void {
    this.#leave(operation as ContextOperation)
    operation.succeed(value)
  }

  fail(operation: ContextOperation, error: unknown): void {
    this.#leave(operation)
    operation.fail(error)
    if (operation.isRequested) this.unwaited.add(operation)
  }

  /** From now on every operation fails with `error` when it starts. */
  refuseAll(error: Error): void {
    this.#failure ??= error
  }

  #leave(operation: ContextOperation): void {
    this.last = operation
    if (!operation.isListed) return
    operation.isListed = false
    const { older, younger } = operation
    if (older === null) this.#oldest = younger as ContextOperation | null
    else older.younger = younger
    if (younger === null) this.#youngest = older as ContextOperation | null
    else younger.older = older
    operation.older = null
    operation.younger = null
    if (--this.#size > 0) return
    this.#onChange()
    if (this.#whenDrained.length > 0) for (const resolve of this.#whenDrained.splice(0)) resolve()
  }
}

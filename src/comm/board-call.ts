/** One collective call on a board that could not be completed at once, as an operation that is pending. */

import { ELSEWHERE } from '../transport/board.ts'
import type { Steps } from './collective/board/steps.ts'
import type { CallSignature } from './collective/signature.ts'
import type { Call } from './collective-call.ts'
import type { Context } from './context.ts'
import { Operation } from './operation.ts'

/** Who runs the calls; see board-calls.ts. */
export interface Runner {
  /** The rank a call waits for; -1: none; ELSEWHERE: other hosts; null: it has not begun. */
  awaitedBy(call: BoardCall<never>): number | null
  /** Looks once more whether a call can go on, or never will. */
  look(call: BoardCall<never>): void
  /** A call has failed. */
  forget(call: BoardCall<never>): void
}

export class BoardCall<T> extends Operation<T> {
  readonly context: Context
  readonly signature: CallSignature
  readonly seq: number
  readonly steps: Steps<T>
  /** The part of the call that goes by messages between hosts; null: all its ranks are on this one. */
  readonly messages: Call | null
  readonly #runner: Runner

  constructor(
    runner: Runner,
    context: Context,
    signature: CallSignature,
    seq: number,
    steps: Steps<T>,
    messages: Call | null = null,
  ) {
    super()
    this.messages = messages
    this.#runner = runner
    this.context = context
    this.signature = signature
    this.seq = seq
    this.steps = steps
  }

  /** Something has become of another rank: completes or fails the call if that decides it. */
  look(): void {
    this.#runner.look(this as never)
  }

  /** The call has failed: nobody goes on with it. */
  forget(): void {
    this.#runner.forget(this as never)
  }

  override describe(): string {
    const rank = this.#runner.awaitedBy(this as never)
    const what = `${this.signature.call} ${this.context.where}`
    if (rank === null) return `${what}: waiting for an earlier collective call`
    if (rank === ELSEWHERE) return `${what}: waiting for other hosts`
    return rank < 0 ? `${what}: reading` : `${what}: waiting for rank ${rank}`
  }
}

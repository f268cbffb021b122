/**
 * The collective calls of one communicator: their order, and the check that all ranks make the same ones.
 *
 * Each call has a number, the same on every rank. Every message of a call bears that number and the call's
 * signature. A message for a running call must agree with its signature; one for a call to come is checked
 * when that call starts; one for a call that is over proves by itself that the ranks disagree, because a
 * rank leaves a call only when it has received all its messages. Whatever ends a call badly breaks the
 * communicator on all ranks: a rank that gave up would otherwise leave the others waiting.
 *
 * Ranks in different calls may also wait for each other without a message that would show it. So a call that
 * waits long tells those it waits for in which call it is (inquiries.ts), and they check that likewise.
 */

import { checkOptions } from '../check-options.ts'
import { CancelledError, MpiError, OpError, TimeoutError } from '../errors.ts'
import type { Frame } from '../wire/frame.ts'
import { withCallersStack } from './callers-stack.ts'
import type { CollectiveOptions, Endpoint } from './collective/endpoint.ts'
import type { CallSignature } from './collective/signature.ts'
import { Call } from './collective-call.ts'
import { agrees, differentCalls, leftWithout } from './collective-mismatch.ts'
import type { Context } from './context.ts'
import { INQUIRE_AFTER_MS, Inquiries } from './inquiries.ts'
import { ANY } from './matching.ts'
import type { Messenger } from './messenger.ts'
import { afterTimeout, checkPatience, onAbort } from './patience.ts'

/** How many past calls are remembered, for inquiries and the text of errors. */
const HISTORY = 64

const OPTIONS = ['into', 'signal', 'timeout']
const REDUCE_SCATTER_OPTIONS = ['counts', ...OPTIONS]

export class CallOrder {
  readonly #messenger: Messenger
  readonly #context: Context
  readonly #breakAll: (error: MpiError) => void
  readonly #running = new Map<number, Call>()
  readonly #history: CallSignature[] = []
  readonly #inquiries: Inquiries
  #next = 0

  /** `breakAll` breaks the communicator here and tells the other ranks. */
  constructor(messenger: Messenger, context: Context, breakAll: (error: MpiError) => void) {
    this.#messenger = messenger
    this.#context = context
    this.#breakAll = breakAll
    this.#inquiries = new Inquiries(messenger.clock, () => this.#inquire())
  }

  /** Runs a collective call; see Scope.call. */
  run<T>(
    signature: CallSignature,
    options: CollectiveOptions | undefined,
    body: (endpoint: Endpoint) => Promise<T>,
  ): Promise<T> {
    const owner = this.#context.owner
    if (owner.broken !== null) {
      owner.brokenSeen()
      return Promise.reject(owner.broken)
    }
    const where = `${signature.call} ${this.#context.where}`
    try {
      checkOptions(options, signature.call === 'reduceScatter' ? REDUCE_SCATTER_OPTIONS : OPTIONS, where)
      checkPatience(options, where)
    } catch (error) {
      return Promise.reject(error)
    }
    const seq = this.#next
    this.#next = (seq + 1) >>> 0
    this.#history[seq % HISTORY] = signature
    const call = new Call(this.#messenger, this.#context, this.#inquiries, signature, seq)
    this.#running.set(seq, call)
    for (const frame of this.#inquiries.about(seq)) this.#check(signature, frame)
    // What came for this call before it started was let in unseen.
    for (const { frame } of this.#context.queue.arrivals()) {
      if (frame.callSeq === seq) this.#check(call.signature, frame)
    }
    const stopTimer = afterTimeout(this.#messenger.clock, options?.timeout, (ms) =>
      this.#breakAll(
        new TimeoutError(
          `${where}: not complete after ${ms} ms; the communicator is broken on all its ranks`,
        ),
      ),
    )
    const stopSignal = onAbort(options?.signal, (cause) =>
      this.#breakAll(
        new CancelledError(`${where}: given up by its signal; the communicator is broken on all its ranks`, {
          cause,
        }),
      ),
    )
    return this.#finish(call, body, () => {
      stopTimer()
      stopSignal()
    })
  }

  async #finish<T>(call: Call, body: (endpoint: Endpoint) => Promise<T>, stop: () => void): Promise<T> {
    const owner = this.#context.owner
    try {
      const result = await body(call)
      if (owner.broken !== null) throw owner.broken
      return result
    } catch (error) {
      if (owner.broken === null) this.#breakAll(this.#reason(call, error))
      owner.brokenSeen()
      throw withCallersStack(error)
    } finally {
      stop()
      this.#running.delete(call.seq)
      if (owner.broken === null) this.#checkNothingLeft(call)
    }
  }

  /** Whether a message of a collective may be let in; if not, the communicator is broken by it. */
  admit(frame: Frame): boolean {
    if (this.#context.owner.broken !== null) return false
    if (this.#isToCome(frame.callSeq)) return true
    const running = this.#running.get(frame.callSeq)
    if (running !== undefined) return this.#check(running.signature, frame)
    this.#breakAll(leftWithout(this.#context, this.#remembered(frame.callSeq), frame))
    return false
  }

  /** A rank that waits for this one says in which call it is. */
  onInquiry(frame: Frame): void {
    if (this.#context.owner.broken !== null) return
    const seq = frame.callSeq
    if (this.#isToCome(seq)) return this.#inquiries.remember(frame)
    const mine = this.#running.get(seq)?.signature ?? this.#remembered(seq)
    if (mine !== null) this.#check(mine, frame)
  }

  /** Inquires about the calls that have run long; true if there are younger ones. */
  #inquire(): boolean {
    const beforeMs = this.#messenger.clock.nowMs() - INQUIRE_AFTER_MS
    const calls = [...this.#running.values()]
    for (const call of calls) if (call.startedMs <= beforeMs) call.inquire()
    return calls.some((call) => call.startedMs > beforeMs)
  }

  /** Numbers of calls wrap around at 2^32, so a difference says which comes first. */
  #isToCome(seq: number): boolean {
    return ((seq - this.#next) | 0) >= 0
  }

  #remembered(seq: number): CallSignature | null {
    return (this.#next - seq) >>> 0 <= HISTORY ? this.#history[seq % HISTORY]! : null
  }

  #check(mine: CallSignature, frame: Frame): boolean {
    if (agrees(mine, frame)) return true
    this.#breakAll(differentCalls(this.#context, mine, frame))
    return false
  }

  #checkNothingLeft(call: Call): void {
    const left = this.#context.queue.peek(ANY, call.tag)
    if (left !== null) this.#breakAll(leftWithout(this.#context, call.signature, left.frame))
  }

  /** What the other ranks are told when a call fails here. */
  #reason(call: Call, error: unknown): MpiError {
    if (error instanceof MpiError) return error
    const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
    return new OpError(
      `${call.signature.call} ${this.#context.where}: the call threw on this rank: ${text}`,
      {
        cause: error,
      },
    )
  }
}

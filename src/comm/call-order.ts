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
 *
 * Where the ranks have a board (src/transport/board.ts), calls go that way, and those that do not are noted
 * there; whoever looks at another rank there checks all its calls up to then (board-mismatch.ts). Where the ranks
 * of each host have one, calls go by these and by messages between hosts (far-messages.ts), with both checks.
 */

import { checkOptions } from '../check-options.ts'
import { CancelledError, MpiError, OpError, TimeoutError } from '../errors.ts'
import type { Board } from '../transport/board.ts'
import type { Frame } from '../wire/frame.ts'
import { LARGEST_TAG } from './arguments.ts'
import { BoardCall } from './board-call.ts'
import { BoardCalls, UNDER_WAY } from './board-calls.ts'
import { explainBoard, type Shown, unequalEnd } from './board-mismatch.ts'
import { withCallersStack } from './callers-stack.ts'
import type { Steps } from './collective/board/steps.ts'
import type { CollectiveOptions, Endpoint } from './collective/endpoint.ts'
import type { Far } from './collective/hosts/hosts.ts'
import type { CallSignature } from './collective/signature.ts'
import { Call } from './collective-call.ts'
import { agrees, callOf, differentCalls, leftWithout } from './collective-mismatch.ts'
import { CallSite, type Context } from './context.ts'
import { FarMessages, runAlone } from './far-messages.ts'
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
  readonly #shown: () => Shown | null
  /** Undefined until the first call. */
  #maybeBoardCalls: BoardCalls | null | undefined
  readonly #running = new Map<number, Call | BoardCall<unknown>>()
  readonly #history: CallSignature[] = []
  readonly #inquiries: Inquiries
  /** For reports: the last call that was complete at once. */
  readonly #lastAtOnce = { describe: (): string => this.#describeLast() }
  #next = 0

  /** `breakAll` breaks the communicator here and tells the other ranks. `shown` gives the board, null: there is none. */
  constructor(
    messenger: Messenger,
    context: Context,
    shown: () => Shown | null,
    breakAll: (error: MpiError) => void,
  ) {
    this.#messenger = messenger
    this.#context = context
    this.#breakAll = breakAll
    this.#inquiries = new Inquiries(messenger.clock, () => this.#inquire())
    this.#shown = shown
  }

  get #boardCalls(): BoardCalls | null {
    if (this.#maybeBoardCalls === undefined) this.#maybeBoardCalls = this.#makeBoardCalls()
    return this.#maybeBoardCalls
  }

  #makeBoardCalls(): BoardCalls | null {
    const shown = this.#shown()
    const { shared } = this.#messenger
    if (shown === null || shared === null) return null
    return new BoardCalls(
      this.#messenger,
      this.#context,
      shared,
      shown.board,
      shown.members,
      (error, signature, seq) => this.#explain(error, signature, seq),
    )
  }

  /** Runs a collective call by messages; see Scope.call. */
  run<T>(
    signature: CallSignature,
    options: CollectiveOptions | undefined,
    body: (endpoint: Endpoint) => Promise<T>,
  ): Promise<T> {
    const refused = this.#refusal(signature, options)
    if (refused !== null) return Promise.reject(refused)
    const seq = this.#take(signature)
    const call = new Call(this.#messenger, this.#context, this.#inquiries, signature, seq)
    this.#boardCalls?.note(seq, signature)
    const stop = this.#start(call, options)
    return this.#finish(call, () => body(call), stop)
  }

  /** Runs a collective call of one rank; see Scope.alone. */
  runAlone<T>(signature: CallSignature, options: CollectiveOptions | undefined, work: () => T): Promise<T> {
    const refused = this.#refusal(signature, options)
    if (refused !== null) return Promise.reject(refused)
    // With a signal that is aborted already the call must fail, for which there is a way.
    if (isLimited(options)) return this.run(signature, options, async () => work())
    this.#take(signature)
    try {
      return Promise.resolve(work())
    } catch (error) {
      this.#breakAll(this.#reason(signature, error))
      this.#context.owner.brokenSeen()
      return Promise.reject(withCallersStack(error, this.runAlone as never))
    }
  }

  /** Runs a collective call on the board; see Scope.onBoard. */
  runOnBoard<T>(
    signature: CallSignature,
    options: CollectiveOptions | undefined,
    steps: Steps<T>,
  ): Promise<T> {
    const refused = this.#refusal(signature, options)
    if (refused !== null) return Promise.reject(refused)
    const calls = this.#boardCalls!
    const mayBeQuick = !calls.isBusy && !isLimited(options) && !this.#hasNews
    const seq = this.#take(signature)
    if (!mayBeQuick) {
      const call = new BoardCall(calls, this.#context, signature, seq, steps)
      const stop = this.#start(call, options)
      if (this.#messenger.pending.start(call)) calls.enqueue(call)
      return this.#finish(call, () => call.promise(), stop)
    }
    let thrown: unknown = null
    try {
      const result = calls.attempt(seq, signature, steps)
      if (result !== UNDER_WAY) return this.#atOnce(result)
    } catch (error) {
      if (!calls.isBearable(error)) return this.#failAtOnce(signature, seq, error)
      thrown = error
    }
    const call = new BoardCall(calls, this.#context, signature, seq, steps)
    this.#running.set(seq, call)
    if (this.#messenger.pending.start(call)) calls.await(call, thrown)
    return this.#finish(call, () => call.promise(), null)
  }

  /** Runs a collective call on the boards of hosts and by messages between them; see Scope.onHosts. */
  runOnHosts<T>(
    signature: CallSignature,
    options: CollectiveOptions | undefined,
    board: Board,
    start: (far: Far) => Steps<T>,
  ): Promise<T> {
    const refused = this.#refusal(signature, options)
    if (refused !== null) return Promise.reject(refused)
    const calls = this.#boardCalls
    const mayBeQuick = calls !== null && !calls.isBusy && !isLimited(options) && !this.#hasNews
    const seq = this.#take(signature)
    const messages = new Call(this.#messenger, this.#context, this.#inquiries, signature, seq)
    if (calls === null) {
      const stop = this.#start(messages, options)
      const { clock } = this.#messenger
      const run = (): Promise<T> =>
        runAlone(
          board,
          () => clock.turn(),
          (onChange) => start(new FarMessages(messages, board, onChange)),
        )
      return this.#finish(messages, run, stop)
    }
    const steps = start(new FarMessages(messages, board, () => calls.poke()))
    const call = new BoardCall(calls, this.#context, signature, seq, steps, messages)
    if (!mayBeQuick) {
      const stop = this.#start(call, options)
      if (this.#messenger.pending.start(call)) calls.enqueue(call)
      return this.#finish(call, () => call.promise(), stop)
    }
    let thrown: unknown = null
    try {
      const result = calls.attemptFar(seq, signature, steps)
      if (result !== UNDER_WAY) return this.#atOnce(result)
    } catch (error) {
      if (!calls.isBearable(error)) return this.#failAtOnce(signature, seq, error)
      thrown = error
    }
    this.#running.set(seq, call)
    if (this.#messenger.pending.start(call)) calls.await(call, thrown)
    return this.#finish(call, () => call.promise(), null)
  }

  /** This rank makes no more calls. What it has found then to be wrong with the others' calls. */
  end(): MpiError | null {
    // Where nobody has used the memory nobody has made a call.
    if (this.#maybeBoardCalls === undefined && this.#messenger.shared?.isUntouched) return null
    const calls = this.#boardCalls
    if (calls === null || this.#context.owner.broken !== null) return null
    return unequalEnd(this.#context, calls, this.#messenger.peers, (seq) => this.#remembered(seq))
  }

  /** The same for a communicator that is freed, perhaps before others make calls. */
  free(): MpiError | null {
    this.#boardCalls?.board.close()
    return this.end()
  }

  /** Why the call cannot be made; null if it can. */
  #refusal(signature: CallSignature, options: CollectiveOptions | undefined): Error | null {
    const { owner } = this.#context
    const error = owner.broken ?? this.#messenger.pending.failure
    if (error !== null) {
      owner.brokenSeen()
      return error
    }
    if (options === undefined) return null
    const where = new CallSite(signature.call, this.#context)
    try {
      checkOptions(options, signature.call === 'reduceScatter' ? REDUCE_SCATTER_OPTIONS : OPTIONS, where)
      checkPatience(options, where)
      return null
    } catch (error) {
      return error as Error
    }
  }

  /** The number of a call that begins now. */
  #take(signature: CallSignature): number {
    const seq = this.#next
    this.#next = (seq + 1) >>> 0
    this.#history[seq % HISTORY] = signature
    return seq
  }

  /** Whether something has come that may be about the next call. */
  get #hasNews(): boolean {
    return this.#inquiries.hasEarly || this.#context.queue.peek(ANY, ANY) !== null
  }

  /** Checks what has come for a call before it began, and sets its limits; returns how to lift them. */
  #start(call: Call | BoardCall<unknown>, options: CollectiveOptions | undefined): (() => void) | null {
    const { seq, signature } = call
    this.#running.set(seq, call)
    if (this.#hasNews) {
      for (const frame of this.#inquiries.about(seq)) this.#check(signature, frame)
      // What came for this call before it started was let in unseen.
      for (const { frame } of this.#context.queue.arrivals()) {
        if (frame.callSeq === seq) this.#check(signature, frame)
      }
    }
    if (!isLimited(options)) return null
    const where = new CallSite(signature.call, this.#context)
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
    return () => {
      stopTimer()
      stopSignal()
    }
  }

  async #finish<T>(call: Call | BoardCall<T>, body: () => Promise<T>, stop: (() => void) | null): Promise<T> {
    const owner = this.#context.owner
    try {
      const result = await body()
      if (owner.broken !== null) throw owner.broken
      return result
    } catch (error) {
      if (owner.broken === null) this.#breakAll(this.#reason(call.signature, error))
      owner.brokenSeen()
      throw withCallersStack(error)
    } finally {
      stop?.()
      this.#running.delete(call.seq)
      if (owner.broken === null) this.#checkNothingLeft(call)
    }
  }

  #atOnce<T>(result: T): Promise<T> {
    this.#messenger.pending.last = this.#lastAtOnce
    // A program whose calls are always complete at once would never come back to the event loop.
    if (!this.#messenger.shared!.turnDue()) return Promise.resolve(result)
    return this.#messenger.progress().then(() => result)
  }

  #failAtOnce(signature: CallSignature, seq: number, thrown: unknown): Promise<never> {
    const { owner } = this.#context
    const error = this.#explain(thrown, signature, seq)
    if (owner.broken === null) this.#breakAll(this.#reason(signature, error))
    owner.brokenSeen()
    return Promise.reject(withCallersStack(error, this.runOnBoard as never))
  }

  /** Whether a message of a collective may be let in; if not, the communicator is broken by it. */
  admit(frame: Frame): boolean {
    if (this.#context.owner.broken !== null) return false
    if (this.#isToCome(frame.callSeq)) return true
    const running = this.#running.get(frame.callSeq)
    if (running !== undefined) return this.#check(running.signature, frame)
    this.#breakAll(leftWithout(this.#context, this.#remembered(frame.callSeq), callOf(frame)))
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
      .map((call) => (call instanceof Call ? call : call.messages))
      .filter((call) => call !== null)
    for (const call of calls) if (call.startedMs <= beforeMs) call.inquire()
    return calls.some((call) => call.startedMs > beforeMs)
  }

  /** Numbers of calls wrap around at 2^32, so a difference says which comes first. */
  #isToCome(seq: number): boolean {
    return ((seq - this.#next) | 0) >= 0
  }

  #remembered(seq: number): CallSignature | null {
    return (this.#next - seq) >>> 0 <= HISTORY ? (this.#history[seq % HISTORY] ?? null) : null
  }

  #check(mine: CallSignature, frame: Frame): boolean {
    const theirs = callOf(frame)
    if (agrees(mine, theirs)) return true
    this.#breakAll(differentCalls(this.#context, mine, theirs))
    return false
  }

  #checkNothingLeft({ seq, signature }: { readonly seq: number; readonly signature: CallSignature }): void {
    const left = this.#context.queue.peek(ANY, seq & LARGEST_TAG)
    if (left !== null) this.#breakAll(leftWithout(this.#context, signature, callOf(left.frame)))
  }

  /** The error that a program gets for what was thrown on the board. */
  #explain(thrown: unknown, signature: CallSignature, seq: number): unknown {
    return explainBoard(thrown, this.#context, this.#boardCalls!, signature, seq, (past) =>
      this.#remembered(past),
    )
  }

  /** What the other ranks are told when a call fails here. */
  #reason({ call }: CallSignature, error: unknown): MpiError {
    if (error instanceof MpiError) return error
    const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
    return new OpError(`${call} ${this.#context.where}: the call threw on this rank: ${text}`, {
      cause: error,
    })
  }

  #describeLast(): string {
    const last = this.#remembered(this.#next - 1)
    return `${last?.call ?? 'a collective'} ${this.#context.where}`
  }
}

function isLimited(options: CollectiveOptions | undefined): boolean {
  return options !== undefined && (options.timeout !== undefined || options.signal !== undefined)
}

/**
 * The collective calls of one communicator on its board: one after another, each as far as it can go.
 *
 * A call is tried at once, and for about a microsecond more if that has paid off lately. Only if it is not
 * complete then does it become an operation, which the transport continues in its passes. Calls begun while
 * another is under way wait for their turn: the board knows one call at a time.
 */

import { MpiError } from '../errors.ts'
import { type Board, ELSEWHERE, NOBODY, Unreadable } from '../transport/board.ts'
import type { SharedMemory } from '../transport/shared-memory.ts'
import type { BoardCall, Runner } from './board-call.ts'
import type { Steps } from './collective/board/steps.ts'
import { CallKind, type CallSignature, isExact } from './collective/signature.ts'
import type { Context } from './context.ts'
import type { Messenger } from './messenger.ts'
import { rankGone } from './operations.ts'

/** A call has not been completed at once. */
export const UNDER_WAY: unique symbol = Symbol('under way')

/** So often a call looks for the others before it gives the thread away: some 12 us, in which 64 KiB are copied. */
const LOOKS = 400
/** The same for a call between hosts: some 1.5 us. */
const LOOKS_BETWEEN_HOSTS = 48
/** So often a call gives its core to others before it gives the thread away, where ranks outnumber cores. */
const YIELDS = 32
/** How often in a row looking may be in vain before it is given up. */
const MOST_HOPE = 3
/**
 * Without hope, one call in so many looks all the same, and longer: ranks that have once got out of step come
 * back from the slow way of waiting some microseconds apart, again and again, until they all look in one call.
 * So it is the call's number that decides, which is the same on all of them.
 */
const RETRY_EVERY = 64
const LOOKS_OF_RETRY = 1024
/** How long after a rank's memory could not be read its death must be known. */
const DEATH_MS = 5000

/** What waits for its turn: a call, or the note of one that goes by messages. */
interface Waiting {
  readonly seq: number
  readonly signature: CallSignature
  readonly call: BoardCall<unknown> | null
}

export class BoardCalls implements Runner {
  readonly board: Board
  /** The rank in the communicator of each rank of the board; null: the same. */
  readonly members: readonly number[] | null
  readonly #messenger: Messenger
  readonly #context: Context
  readonly #shared: SharedMemory
  readonly #explain: (error: unknown, signature: CallSignature, seq: number) => unknown
  readonly #waiting: Waiting[] = []
  readonly #pass = (): boolean => {
    if (!this.#goOn()) return false
    this.#isWatched = false
    return true
  }
  /** What came into the queue while a call was tried. */
  readonly #drain = (): void => {
    if (this.isBusy) return
    this.#beginNext()
    if (!this.#goOn()) this.#watch()
  }
  #running: BoardCall<unknown> | null = null
  #isTrying = false
  #isWatched = false
  /** A call has failed, so the communicator breaks; nothing may begin. */
  #isOver = false
  #hope: number
  /** The rank whose memory the running call could not read, and until when its death should be known. */
  #unreadable = -1
  #unreadableUntilMs = 0

  /** `explain` makes of what the steps of a call throw the error that the program is to get. */
  constructor(
    messenger: Messenger,
    context: Context,
    shared: SharedMemory,
    board: Board,
    members: readonly number[] | null,
    explain: (error: unknown, signature: CallSignature, seq: number) => unknown,
  ) {
    this.members = members
    this.#messenger = messenger
    this.#context = context
    this.#shared = shared
    this.board = board
    this.#explain = explain
    this.#hope = shared.isCrowded ? 0 : MOST_HOPE
  }

  /** Whether a call that begins now has to wait for its turn. */
  get isBusy(): boolean {
    return this.#running !== null || this.#isTrying || this.#isOver
  }

  /** Tells the others of a call that goes by messages. */
  note(seq: number, signature: CallSignature): void {
    if (this.isBusy) this.#waiting.push({ seq, signature, call: null })
    else this.#note(seq, signature)
  }

  /** Begins a call, not while busy, and completes it if the others are there. Throws what its steps throw. */
  attempt<T>(seq: number, signature: CallSignature, steps: Steps<T>): T | typeof UNDER_WAY {
    this.#begin(seq, signature)
    // A reduction function of the program's may make calls itself.
    this.#isTrying = true
    try {
      let result = steps.next()
      if (!result.done) {
        result = this.#shared.isCrowded ? this.#giveWay(steps, result) : this.#spin(seq, steps, result)
      }
      return result.done ? result.value : UNDER_WAY
    } finally {
      this.#isTrying = false
      if (this.#waiting.length > 0) queueMicrotask(this.#drain)
    }
  }

  /** The same for a call that goes by messages between hosts as well, for which looking is of no use. */
  attemptFar<T>(seq: number, signature: CallSignature, steps: Steps<T>): T | typeof UNDER_WAY {
    this.#begin(seq, signature)
    this.#isTrying = true
    try {
      let result = steps.next()
      for (let i = this.#shared.isCrowded ? 0 : LOOKS_BETWEEN_HOSTS; i > 0 && !result.done; i--) {
        if (this.board.awaited === ELSEWHERE) break
        result = steps.next()
      }
      return result.done ? result.value : UNDER_WAY
    } finally {
      this.#isTrying = false
      if (this.#waiting.length > 0) queueMicrotask(this.#drain)
    }
  }

  /** What the running call awaits by messages may have come. */
  poke(): void {
    if (this.#running === null || this.#isTrying) return
    if (this.#goOn()) return this.#unwatch()
    // It may wait for this host's ranks from now on: look for them soon.
    this.#unwatch()
    this.#watch()
    this.#pace(this.#running)
  }

  /**
   * How this rank waits from now on. A call that only gives way has work of its own left, for which nobody will ring.
   *
   * Between hosts everything takes long. What comes from there comes by the event loop, which is not to be kept
   * from turning by looks at memory; and where ranks outnumber cores, those who wait for one that waits for other
   * hosts had better leave it theirs: with 2 x 4 ranks on two cores a barrier took a third of the time.
   */
  #pace(call: BoardCall<unknown>): void {
    const { awaited } = this.board
    if (awaited === NOBODY) return this.#shared.stir()
    if (call.messages === null) return
    if (this.#shared.isCrowded || awaited === ELSEWHERE) this.#shared.relax()
  }

  /** Whether a call that has thrown this still waits for something: news of a rank's death. */
  isBearable(error: unknown): boolean {
    return error instanceof Unreadable
  }

  /** Goes on with a call that was attempted; `error`: what its steps have thrown. */
  await(call: BoardCall<unknown>, error: unknown = null): void {
    this.#running = call
    if (error instanceof Unreadable) this.#expectDeath(error.peer)
    this.#watch()
    this.#pace(call)
  }

  /** Takes a call that is pending into the queue. */
  enqueue(call: BoardCall<unknown>): void {
    this.#waiting.push({ seq: call.seq, signature: call.signature, call })
    if (!this.isBusy) this.#drain()
  }

  awaitedBy(call: BoardCall<never>): number | null {
    return call === (this.#running as unknown) ? this.#rankOf(this.board.awaited) : null
  }

  look(call: BoardCall<never>): void {
    if (call === (this.#running as unknown) && this.#goOn()) this.#unwatch()
  }

  forget(call: BoardCall<never>): void {
    this.#isOver = true
    this.#waiting.length = 0
    if (call !== (this.#running as unknown)) return
    this.#running = null
    this.#unwatch()
  }

  // ---- going on -------------------------------------------------------------------------------

  /** Continues the running call and those behind it. True: nothing is left to go on with. */
  #goOn(): boolean {
    while (this.#running !== null) {
      if (!this.#advance(this.#running)) return false
    }
    return true
  }

  /** True: the call is over. */
  #advance(call: BoardCall<unknown>): boolean {
    const { pending } = this.#messenger
    try {
      if (this.#unreadable >= 0) return this.#awaitDeath(call)
      do {
        const result = call.steps.next()
        if (result.done) {
          this.#running = null
          this.#beginNext()
          pending.succeed(call, result.value)
          return true
        }
      } while (this.board.awaited !== NOBODY && this.board.examine())
      this.#checkAwaited(call)
      this.#pace(call)
      return false
    } catch (error) {
      if (error instanceof Unreadable) {
        this.#expectDeath(error.peer)
        return false
      }
      this.#running = null
      this.#isOver = true
      pending.fail(call, this.#explain(error, call.signature, call.seq))
      return true
    }
  }

  /** Throws if the rank that the call waits for can do nothing any more. */
  #checkAwaited(call: BoardCall<unknown>): void {
    const awaited = this.#rankOf(this.board.awaited)
    const { peers } = this.#messenger
    if (awaited < 0 || peers.isActive(this.#context.owner.ranks[awaited]!)) return
    const why = peers.whyNobody(this.#context, awaited)
    if (why !== null) throw rankGone(call, why)
  }

  #expectDeath(peer: number): void {
    this.#unreadable = peer
    this.board.awaited = peer
    this.#unreadableUntilMs = this.#messenger.clock.nowMs() + DEATH_MS
  }

  #awaitDeath(call: BoardCall<unknown>): boolean {
    this.board.awaited = this.#unreadable
    this.#checkAwaited(call)
    if (this.#messenger.clock.nowMs() < this.#unreadableUntilMs) return false
    throw new MpiError(
      `${call.signature.call} ${this.#context.where}: the memory of rank ${this.#rankOf(this.#unreadable)} cannot be read any more`,
    )
  }

  /** The rank in the communicator of a rank of the board. */
  #rankOf(peer: number): number {
    return this.members === null || peer < 0 ? peer : this.members[peer]!
  }

  #beginNext(): void {
    while (this.#running === null && !this.#isOver) {
      const next = this.#waiting.shift()
      if (next === undefined) return
      if (next.call === null) this.#note(next.seq, next.signature)
      else {
        this.#running = next.call
        this.#begin(next.seq, next.signature)
      }
    }
  }

  #watch(): void {
    if (this.#isWatched || this.#running === null) return
    this.#isWatched = true
    this.#shared.watch(this.#pass)
  }

  #unwatch(): void {
    if (!this.#isWatched) return
    this.#isWatched = false
    this.#shared.unwatch(this.#pass)
  }

  // ---- telling the board ----------------------------------------------------------------------

  #begin(seq: number, { call, root, op, type, count }: CallSignature): void {
    this.board.begin(seq, CallKind[call], root, op, type, count, isExact(call))
  }

  #note(seq: number, { call, root, op, type, count }: CallSignature): void {
    this.board.note(seq, CallKind[call], root, op, type, count, isExact(call))
  }

  // ---- spinning -------------------------------------------------------------------------------

  /**
   * Where ranks outnumber cores, those waited for may need this very one; the long way of waiting costs more.
   *
   * To yield is the cheapest way of giving it to them, if the kernel does it. Where it does not, this rank had better
   * nap (transport/shm/waiting.ts); but not here, where only one call is looked after and others may be under way.
   */
  #giveWay<T>(steps: Steps<T>, first: IteratorResult<undefined, T>): IteratorResult<undefined, T> {
    let result = first
    for (let i = 0; i < YIELDS && !result.done; i++) {
      this.#shared.giveWay()
      result = steps.next()
    }
    return result
  }

  /** Goes on looking for as long as that promises to pay off. */
  #spin<T>(seq: number, steps: Steps<T>, last: IteratorResult<undefined, T>): IteratorResult<undefined, T> {
    let looks = LOOKS
    if (this.#hope === 0) {
      if (this.#shared.isCrowded || seq % RETRY_EVERY !== 0) return last
      looks = LOOKS_OF_RETRY
    }
    let result = last
    while (!result.done && looks-- > 0) result = steps.next()
    if (result.done) this.#hope = MOST_HOPE
    else if (this.#hope > 0) this.#hope--
    return result
  }
}

/**
 * The protocol: how messages of any size travel in frames of bounded size, over any transport.
 *
 * - **Eager.** A short message goes at once, charged against a credit that the receiver gives each sender
 *   and returns as messages are received; so what lies unasked for at a receiver is bounded per sender.
 * - **Announced.** A long message, a synchronous one, or one beyond the credit is only announced (RTS). The
 *   receive that matches it answers (CTS), and the payload follows in pieces (DATA) straight into its
 *   memory. Announcements need no credit: they are small, and the program holds a pending send for each.
 *   So no order of receives that MPI allows can get stuck behind a full queue.
 *
 * Eager messages and announcements of one sender share one stream, and so never overtake each other.
 *
 * outgoing.ts and incoming.ts are the two halves; peers.ts knows who is still there, pending.ts what the
 * program waits for, line.ts what is under way. This file ties them to transport and contexts.
 */

import { invariant, type MpiError } from '../errors.ts'
import type { CommonMemory, Lane, SharedMemory } from '../transport/shared-memory.ts'
import type { Clock, SendToken, Sink, Transport } from '../transport/transport.ts'
import { type Frame, FrameKind } from '../wire/frame.ts'
import { BoardCall } from './board-call.ts'
import { decodeBreak, encodeBreak } from './break-notice.ts'
import type { ArrivedMessage, Context } from './context.ts'
import { IdSource } from './id-source.ts'
import { Incoming, keep } from './incoming.ts'
import { Line } from './line.ts'
import { ANY } from './matching.ts'
import {
  type CallFields,
  type ProbeOperation,
  type RecvOperation,
  rankGone,
  SendOperation,
} from './operations.ts'
import { Outgoing } from './outgoing.ts'
import { Peers } from './peers.ts'
import { type ContextOperation, Pending } from './pending.ts'

const NOTHING = new Uint8Array(0)

export interface MessengerOptions {
  /** Rank in the job. */
  readonly rank: number
  readonly size: number
  readonly transport: Transport
  readonly clock: Clock
  /** A peer is gone that has not finished. Whether its pending operations fail is for `rankLost`. */
  onPeerLost(peer: number, reason: string): void
  /** The transport is beyond repair. */
  onFatal(error: Error): void
}

export class Messenger implements Sink {
  readonly clock: Clock
  readonly peers: Peers
  readonly pending: Pending
  readonly #transport: Transport
  readonly #options: MessengerOptions
  readonly #line: Line
  readonly #outgoing: Outgoing
  readonly #incoming: Incoming
  readonly #contexts = new Map<number, Context>()
  readonly #freed = new Set<number>()
  /** Frames for communicators that this rank has not finished making. */
  readonly #early = new Map<number, ArrivedMessage[]>()
  /** Messages that were lost with their communicator. */
  readonly #lost: { context: Context; arrivals: ArrivedMessage[] }[] = []
  /** By peer that has left: what was sent to it, and not known to have been taken when it did. */
  readonly #untaken = new Map<number, number>()
  #isFlushed = false
  #holding = false
  #isEndingSelfWaits = false

  constructor(options: MessengerOptions) {
    const { rank, size, transport, clock } = options
    this.#options = options
    this.#transport = transport
    this.clock = clock
    this.peers = new Peers(rank, size, transport.creditBytes)
    const onChange = (): void => this.#updateHold()
    this.pending = new Pending(clock, onChange)
    this.#line = new Line(rank, transport, onChange)
    const ids = new IdSource()
    this.#outgoing = new Outgoing(this.#line, this.peers, this.pending, ids)
    this.#incoming = new Incoming(this.#line, this.peers, this.pending, ids, {
      fetching: onChange,
      onlySelfLeft: () => this.#endSelfWaits(),
      turn: () => clock.turn(),
    })
    transport.open(this)
  }

  // ---- operations -----------------------------------------------------------------------------

  /** What the transport offers beyond frames; null: nothing. */
  get shared(): SharedMemory | null {
    return this.#transport.shared ?? null
  }

  /** Memory that the ranks of this host can have in common; null: none. */
  get common(): CommonMemory | null {
    return this.#transport.common ?? null
  }

  /** Starts a send; everything of it that the order of calls decides happens in here. */
  send(operation: SendOperation): void {
    this.#outgoing.send(operation)
  }

  /** Starts a receive: takes what is already there, or waits. */
  recv(operation: RecvOperation<unknown>): void {
    this.#incoming.recv(operation)
  }

  /** A short message of `bytes` bytes was received past the queues: gives its credit back in due course. */
  returnCredit(peer: number, bytes: number): void {
    this.#incoming.returnCredit(peer, bytes)
  }

  /** A message that `peer` had announced was copied past the queues: its send is complete. */
  acknowledge(peer: number, frame: Frame): void {
    this.#incoming.acknowledge(peer, frame)
  }

  /** Receives a message that mprobe has taken out of the queue. */
  recvArrived(operation: RecvOperation<unknown>, arrival: ArrivedMessage): void {
    this.#incoming.recvArrived(operation, arrival)
  }

  /** Starts a probe: looks at what is there, or waits. */
  probe(operation: ProbeOperation<unknown>): void {
    this.#incoming.probe(operation)
  }

  /** Takes a receive or probe back that nothing has matched yet. False: too late. */
  withdraw(operation: RecvOperation<unknown> | ProbeOperation<unknown>, error: Error): boolean {
    if (operation.state !== 'pending' || !this.#incoming.withdraw(operation)) return false
    this.pending.fail(operation, error)
    return true
  }

  /** Fails one pending operation, wherever it is. */
  fail(operation: ContextOperation, error: unknown): void {
    if (operation instanceof SendOperation) this.#outgoing.forget(operation)
    else if (operation instanceof BoardCall) operation.forget()
    else this.#incoming.forget(operation as RecvOperation<unknown> | ProbeOperation<unknown>)
    this.pending.fail(operation, error)
  }

  /** Fails everything pending on `context`. True: there was something. */
  failContext(context: Context, error: Error): boolean {
    const failing = this.pending.operations().filter((operation) => operation.context === context)
    for (const operation of failing) this.fail(operation, error)
    return failing.length > 0
  }

  /** Fails everything pending, and from now on everything posted. */
  failAll(error: Error): void {
    this.pending.refuseAll(error)
    for (const operation of this.pending.operations()) this.fail(operation, error)
  }

  // ---- contexts -------------------------------------------------------------------------------

  /** Begins to deliver messages of `context`, first those that came too early. */
  addContext(context: Context): void {
    this.#contexts.set(context.id, context)
    const early = this.#early.get(context.id)
    this.#early.delete(context.id)
    for (const { frame, peer, body } of early ?? []) this.#dispatch(peer, frame, body ?? NOTHING)
  }

  /** Ends a context: what is pending on it fails with `error`, what still comes is dropped. */
  removeContext(context: Context, error: Error): void {
    this.failContext(context, error)
    const arrivals = this.dropArrivals(context)
    if (arrivals.length > 0) this.#lost.push({ context, arrivals })
    this.#contexts.delete(context.id)
    this.#freed.add(context.id)
  }

  /** Drops what has come on `context` and nobody has received, and returns it; senders get their credit back. */
  dropArrivals(context: Context): ArrivedMessage[] {
    const arrivals = context.queue.clear()
    for (const { peer, frame } of arrivals) this.#incoming.drop(peer, frame)
    return arrivals
  }

  /** Takes a message out of the queue, to be received later. Null: none is there. */
  claim(context: Context, source: number, tag: number): ArrivedMessage | null {
    const arrival = context.queue.take(source, tag)
    if (arrival !== null) this.#incoming.claimed.add(arrival)
    return arrival
  }

  /** Tells the other ranks of a communicator that it is broken. */
  announceBreak(context: Context, error: MpiError): void {
    const body = encodeBreak(error, this.#options.rank)
    for (const peer of context.owner.ranks) {
      if (peer === this.#options.rank || this.peers.whyDeparted(peer) !== null) continue
      const frame = this.#line.headerIn(FrameKind.BREAK, context)
      frame.bytes = body.length
      this.#line.emit(peer, frame, body, {})
    }
  }

  /** Tells a rank that a collective call waits for in which call this rank is; see call-order.ts. */
  inquire(context: Context, source: number, call: CallFields): void {
    const peer = context.owner.ranks[source]!
    if (this.peers.whyDeparted(peer) !== null) return
    this.#line.emit(peer, this.#line.callHeader(FrameKind.INQUIRY, context, call), null, null)
  }

  // ---- from the transport ---------------------------------------------------------------------

  onFrame(peer: number, frame: Frame, body: Uint8Array): void {
    this.#dispatch(peer, frame, body)
    if (peer === this.#options.rank) this.#line.cameBack()
  }

  onShort(peer: number, lane: Lane): boolean {
    const context = this.#contexts.get(lane.context)
    if (context === undefined || context.collective || context.owner.broken !== null) return false
    return this.#incoming.onShort(context, peer, lane)
  }

  onReleased(token: SendToken): void {
    this.#outgoing.onReleased(token)
    this.#line.returned()
  }

  onPeerGone(peer: number, reason: string, untaken = 0): void {
    this.peers.markDeparted(peer)
    if (untaken > 0 && !this.#isFlushed) this.#untaken.set(peer, untaken)
    if (this.peers.whyGone(peer) === null) this.#options.onPeerLost(peer, reason)
    // What it had announced before it went may have been matched since the launcher told of its end.
    else this.#failHopeless()
  }

  onFatal(error: Error): void {
    this.#options.onFatal(error)
  }

  #dispatch(peer: number, frame: Frame, body: Uint8Array): void {
    switch (frame.kind) {
      case FrameKind.EAGER:
      case FrameKind.RTS:
        return this.#onMessage(peer, frame, body)
      case FrameKind.CTS:
        return this.#outgoing.onClearToSend(peer, frame)
      case FrameKind.DATA:
        return this.#incoming.onData(frame, body)
      case FrameKind.CREDIT:
        return this.peers.earn(peer, frame.bytes)
      case FrameKind.BREAK:
        return this.#onBreak(peer, frame, body)
      case FrameKind.INQUIRY:
        return this.#onInquiry(peer, frame)
      default:
        invariant(false, `rank ${peer} sent a frame of unknown kind ${frame.kind}`)
    }
  }

  #onMessage(peer: number, frame: Frame, body: Uint8Array): void {
    const context = this.#contexts.get(frame.context)
    if (context === undefined) return this.#onStray(peer, frame, body)
    const { owner } = context
    if (owner.broken !== null || (context.collective && !owner.admit(frame)))
      return this.#incoming.drop(peer, frame)
    this.#incoming.onMessage(context, peer, frame, body)
  }

  #onBreak(peer: number, frame: Frame, body: Uint8Array): void {
    const context = this.#contexts.get(frame.context)
    if (context === undefined) return this.#onStray(peer, frame, body)
    context.owner.breakFromRemote(decodeBreak(body))
  }

  #onInquiry(peer: number, frame: Frame): void {
    const context = this.#contexts.get(frame.context)
    if (context === undefined) return this.#onStray(peer, frame, NOTHING)
    context.owner.onInquiry(frame)
  }

  /** A message for a communicator that is not here: not made yet, or freed already. */
  #onStray(peer: number, frame: Frame, body: Uint8Array): void {
    if (this.#freed.has(frame.context)) return this.#incoming.drop(peer, frame)
    const early = this.#early.get(frame.context)
    if (early === undefined) this.#early.set(frame.context, [keep(peer, frame, body)])
    else early.push(keep(peer, frame, body))
  }

  // ---- other ranks ----------------------------------------------------------------------------

  /** `rank` has finished: it sent all it will ever send, and it has arrived here. */
  rankFinished(rank: number): void {
    this.#takeLastWords(rank)
    this.peers.markFinished(rank)
    this.#failHopeless()
    this.#updateHold()
  }

  /** `rank` is dead; what only it could serve fails. */
  rankLost(rank: number, reason: string): void {
    this.#takeLastWords(rank)
    this.peers.markLost(rank, reason)
    this.#failHopeless()
    this.#updateHold()
  }

  /** Takes what `rank` has left in memory: news of its end come by another way, and may come first. */
  #takeLastWords(rank: number): void {
    if (rank !== this.#options.rank) this.shared?.poll(rank)
  }

  /** Fails what can never complete because everybody who could serve it is gone. */
  #failHopeless(): void {
    for (const operation of this.pending.operations()) {
      if (operation instanceof BoardCall) {
        operation.look()
        continue
      }
      const why =
        operation instanceof SendOperation
          ? this.#outgoing.whyHopeless(operation)
          : this.#incoming.whyHopeless(operation as RecvOperation<unknown> | ProbeOperation<unknown>)
      if (why !== null) this.fail(operation, rankGone(operation, why))
    }
    this.#endSelfWaits()
  }

  /**
   * Fails what waits for any rank where only this rank itself is left, unless it does send to itself: after a
   * turn of the event loop, since a program may post a receive first and send to itself then.
   */
  #endSelfWaits(): void {
    if (this.#isEndingSelfWaits || !this.pending.operations().some((o) => this.#waitsForSelfOnly(o))) return
    this.#isEndingSelfWaits = true
    void this.clock.turn().then(() => {
      this.#isEndingSelfWaits = false
      for (const operation of this.pending.operations()) {
        if (this.#waitsForSelfOnly(operation)) this.fail(operation, this.peers.noneLeft(operation.describe()))
      }
    })
  }

  #waitsForSelfOnly(operation: ContextOperation): boolean {
    const { source, context } = operation as RecvOperation<unknown> | ProbeOperation<unknown>
    if (source !== ANY || (operation as RecvOperation<unknown>).incoming) return false
    return this.peers.onlySelfLeft(context) && !context.sentToSelf
  }

  // ---- waiting and the end --------------------------------------------------------------------

  /** Delivers whatever has already come in. */
  progress(): Promise<void> {
    return this.serve(this.clock.turn())
  }

  /** Receives, and answers, whatever comes for as long as `until` is pending; `isLong`: that may take its time. */
  async serve(until: Promise<void>, isLong = false): Promise<void> {
    this.#transport.hold()
    if (isLong) this.shared?.relax()
    try {
      await until
    } finally {
      this.#transport.release()
    }
  }

  /** Resolves when everything sent has been taken by its receivers; takes what they send meanwhile. */
  async flush(): Promise<void> {
    await this.serve(this.#transport.flush())
    this.#isFlushed = this.pending.size === 0
  }

  /** Ranks that have finished and left before they took all that was sent to them, and how much they did not. */
  untaken(): [rank: number, frames: number][] {
    return [...this.#untaken].filter(([rank]) => this.peers.whyLost(rank) === null)
  }

  /** Resolves when nothing is pending any more, nor started by what that set off. */
  async drained(): Promise<void> {
    do {
      await this.pending.drained()
      await this.clock.turn()
    } while (this.pending.size > 0)
  }

  /** Messages and pieces of messages that would be lost if this process ended now. */
  get unsent(): number {
    return this.#transport.unsent ?? this.#transport.unflushed
  }

  /** Messages that came and were never received, by context. */
  unclaimed(): { context: Context; arrivals: ArrivedMessage[] }[] {
    const claimed = [...this.#incoming.claimed]
    return [...this.#contexts.values()]
      .filter((context) => context.owner.broken === null)
      .map((context) => ({
        context,
        arrivals: [
          ...claimed.filter((arrival) => arrival.frame.context === context.id),
          ...context.queue.arrivals(),
        ],
      }))
      .concat(this.#lost)
      .filter(({ arrivals }) => arrivals.length > 0)
  }

  /** Waiting keeps the process alive only while something can still come that may end the wait. */
  #updateHold(): void {
    const { peers, pending } = this
    const mayCome = peers.anyLeft || this.#incoming.isFetching
    const wanted = (pending.size > 0 && mayCome) || this.#line.underWay
    if (wanted === this.#holding) return
    this.#holding = wanted
    if (wanted) this.#transport.hold()
    else this.#transport.release()
  }
}

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
 * Matching is in matching.ts, what an operation is in operations.ts, who is still there in peers.ts.
 */

import { invariant, type MpiError } from '../errors.ts'
import type { Clock, SendToken, Sink, Transport } from '../transport/transport.ts'
import { Block } from '../wire/block.ts'
import { ITEM } from '../wire/datatype.ts'
import { Frame, FrameFlag, FrameKind } from '../wire/frame.ts'
import { decodeBreak, encodeBreak } from './break-notice.ts'
import { ArrivedMessage, type Context } from './context.ts'
import { ANY } from './matching.ts'
import type { Operation } from './operation.ts'
import { type ProbeOperation, type RecvOperation, rankGone, SendOperation } from './operations.ts'
import { Peers } from './peers.ts'

/** What an eager message costs beyond its bytes, so that empty ones are bounded too. */
const MESSAGE_OVERHEAD_BYTES = 128

const NOTHING = new Uint8Array(0)

export interface MessengerOptions {
  /** Rank in the job. */
  readonly rank: number
  readonly size: number
  readonly transport: Transport
  readonly clock: Clock
  /** A peer is gone that has not finished. Whether its pending operations fail is for `ranksLost`. */
  onPeerLost(peer: number, reason: string): void
  /** The transport is beyond repair. */
  onFatal(error: Error): void
}

export class Messenger implements Sink {
  readonly clock: Clock
  readonly peers: Peers
  /** Operations under way, oldest first. */
  readonly pending = new Set<Operation<unknown>>()
  /** Requests that failed and that nobody has waited for yet. */
  readonly unwaited = new Set<Operation<unknown>>()
  /** What completed last, for reports. */
  last: Operation<unknown> | null = null

  readonly #rank: number
  readonly #transport: Transport
  readonly #options: MessengerOptions
  readonly #contexts = new Map<number, Context>()
  readonly #freed = new Set<number>()
  /** Frames for communicators that this rank has not finished making. */
  readonly #early = new Map<number, ArrivedMessage[]>()
  /** Sends that wait for a CTS, and receives that wait for DATA. */
  readonly #announced = new Map<number, SendOperation>()
  readonly #receiving = new Map<number, RecvOperation<unknown>>()
  #lastId = 0
  #holding = false
  #failure: Error | null = null
  /** Frames of this rank to itself that have not come back yet. */
  #toSelf = 0
  readonly #frame = new Frame()

  constructor(options: MessengerOptions) {
    this.#options = options
    this.#rank = options.rank
    this.#transport = options.transport
    this.clock = options.clock
    this.peers = new Peers(options.rank, options.size, options.transport.creditBytes)
    this.#transport.open(this)
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
    this.#contexts.delete(context.id)
    this.#freed.add(context.id)
  }

  /** Fails everything pending on `context`. True: there was something. */
  failContext(context: Context, error: Error): boolean {
    const failing = [...this.pending].filter(
      (operation) => (operation as { context?: Context }).context === context,
    )
    for (const operation of failing) this.#fail(operation, error)
    return failing.length > 0
  }

  /** Fails everything pending, and from now on everything posted. */
  failAll(error: Error): void {
    this.#failure ??= error
    for (const operation of [...this.pending]) this.#fail(operation, error)
  }

  /** Fails one pending operation. */
  failOperation(operation: Operation<unknown>, error: Error): void {
    this.#fail(operation, error)
  }

  /** Tells the other ranks of a communicator that it is broken. */
  announceBreak(context: Context, error: MpiError): void {
    const body = encodeBreak(error, context.owner.rank)
    for (const peer of context.owner.ranks) {
      if (peer === this.#rank || !this.peers.reachable(peer)) continue
      const frame = this.#header(FrameKind.BREAK, context)
      frame.bytes = body.length
      this.#emit(peer, frame, body, {})
    }
  }

  // ---- sending --------------------------------------------------------------------------------

  /** Starts a send; everything of it that the order of calls decides happens in here. */
  send(operation: SendOperation): void {
    const { context, block } = operation
    const peer = context.owner.ranks[operation.dest]!
    if (!this.#start(operation)) return
    const toSelf = peer === this.#rank
    const charge = block.byteLength + MESSAGE_OVERHEAD_BYTES
    const eager = !operation.synchronous && block.byteLength <= this.#transport.eagerBytes
    // A finished rank still takes what is sent to it, only to report that it never received it.
    const gone = eager ? this.peers.whyDeparted(peer) : this.peers.whyGone(peer)
    if (gone !== null) return this.#fail(operation, rankGone(operation, `rank ${operation.dest} ${gone}`))
    if (eager && (toSelf || this.peers.spend(peer, charge))) return this.#sendEager(peer, operation)
    // A rank that waits for itself would wait for ever: what it sends to itself is put aside and done.
    const payload = toSelf && !operation.synchronous ? this.#putAside(operation) : operation
    payload.sendId = this.#newId()
    this.#announced.set(payload.sendId, payload)
    const frame = this.#envelope(FrameKind.RTS, payload)
    frame.sendId = payload.sendId
    this.#emit(peer, frame, null, null)
  }

  #sendEager(peer: number, operation: SendOperation): void {
    operation.handedOver = true
    operation.borrowed = 1
    const frame = this.#envelope(FrameKind.EAGER, operation)
    if (this.#emit(peer, frame, operation.block.bytes(), operation)) {
      operation.borrowed = 0
      this.#succeedSend(operation)
    }
  }

  #putAside(operation: SendOperation): SendOperation {
    const { name, context, block, dest, tag, call } = operation
    const copy = Block.allocate(block.type, block.byteLength)
    copy.set(block)
    this.#succeedSend(operation)
    return new SendOperation(name, context, copy, dest, tag, false, call)
  }

  /** The receiver is ready, or does not want the payload. */
  #onClearToSend(peer: number, frame: Frame): void {
    const operation = this.#announced.get(frame.sendId)
    if (operation === undefined) return // it failed meanwhile, with its communicator
    this.#announced.delete(frame.sendId)
    const total = operation.block.byteLength
    if (total === 0 || (frame.flags & FrameFlag.DROP) !== 0) return this.#succeedSend(operation)
    const recvId = frame.recvId
    for (let offset = 0; offset < total; offset += this.#transport.maxBodyBytes) {
      const length = Math.min(this.#transport.maxBodyBytes, total - offset)
      const piece = this.#header(FrameKind.DATA, operation.context)
      piece.recvId = recvId
      piece.offset = offset
      operation.borrowed++
      if (this.#emit(peer, piece, operation.block.bytes(offset, length), operation)) operation.borrowed--
    }
    operation.handedOver = true
    if (operation.borrowed === 0) this.#succeedSend(operation)
  }

  onReleased(token: SendToken): void {
    if (!(token instanceof SendOperation)) return
    token.borrowed--
    if (token.borrowed === 0 && token.handedOver) this.#succeedSend(token)
  }

  #succeedSend(operation: SendOperation): void {
    // A send may have failed while the transport still held its memory.
    if (operation.state === 'pending') this.#finish(operation, () => operation.succeed())
  }

  // ---- receiving ------------------------------------------------------------------------------

  /** Starts a receive: takes what is already there, or waits. */
  recv(operation: RecvOperation<unknown>): void {
    if (!this.#start(operation)) return
    const arrival = operation.context.queue.take(operation.source, operation.tag)
    if (arrival !== null) return this.#deliver(operation, arrival.frame, arrival.peer, arrival.body, false)
    const gone = this.peers.whyNobody(operation.context, operation.source)
    if (gone !== null) return this.#fail(operation, rankGone(operation, gone))
    operation.context.queue.post(operation)
  }

  /** Receives a message that mprobe has taken out of the queue. */
  recvArrived(operation: RecvOperation<unknown>, arrival: ArrivedMessage): void {
    if (this.#start(operation)) this.#deliver(operation, arrival.frame, arrival.peer, arrival.body, false)
  }

  /** Starts a probe: looks at what is there, or waits. */
  probe(operation: ProbeOperation<unknown>): void {
    if (!this.#start(operation)) return
    const { context, source, tag } = operation
    const arrival = operation.takes ? context.queue.take(source, tag) : context.queue.peek(source, tag)
    if (arrival !== null) return this.#finish(operation, () => operation.found(arrival))
    const gone = this.peers.whyNobody(context, source)
    if (gone !== null) return this.#fail(operation, rankGone(operation, gone))
    context.probes.push(operation)
  }

  /** Takes a receive or probe back that nothing has matched yet. False: too late. */
  withdraw(operation: RecvOperation<unknown> | ProbeOperation<unknown>, error: Error): boolean {
    if (operation.state !== 'pending') return false
    const probes = operation.context.probes
    const probeAt = probes.indexOf(operation as ProbeOperation<unknown>)
    const waiting = probeAt >= 0 || operation.context.queue.withdraw(operation as RecvOperation<unknown>)
    if (waiting) this.#fail(operation, error)
    return waiting
  }

  onFrame(peer: number, frame: Frame, body: Uint8Array): void {
    this.#dispatch(peer, frame, body)
    if (peer === this.#rank && --this.#toSelf === 0) this.#updateHold()
  }

  #dispatch(peer: number, frame: Frame, body: Uint8Array): void {
    switch (frame.kind) {
      case FrameKind.EAGER:
      case FrameKind.RTS:
        return this.#onMessage(peer, frame, body)
      case FrameKind.CTS:
        return this.#onClearToSend(peer, frame)
      case FrameKind.DATA:
        return this.#onData(frame, body)
      case FrameKind.CREDIT:
        return this.peers.earn(peer, frame.bytes)
      case FrameKind.BREAK:
        return this.#onBreak(peer, frame, body)
      default:
        invariant(false, `rank ${peer} sent a frame of unknown kind ${frame.kind}`)
    }
  }

  #onMessage(peer: number, frame: Frame, body: Uint8Array): void {
    const context = this.#contexts.get(frame.context)
    if (context === undefined) return this.#onStray(peer, frame, body)
    if (context.collective && !context.owner.admit(frame)) return
    const operation = context.queue.match(frame.source, frame.tag)
    if (operation !== null) {
      const payload = frame.kind === FrameKind.EAGER ? body : null
      return this.#deliver(operation, frame, peer, payload, true)
    }
    const arrival = keep(peer, frame, body)
    if (!this.#answerProbes(context, arrival)) context.queue.park(arrival)
  }

  /** A message for a communicator that is not here: not made yet, or freed already. */
  #onStray(peer: number, frame: Frame, body: Uint8Array): void {
    if (this.#freed.has(frame.context)) {
      if (frame.kind === FrameKind.EAGER) this.#returnCredit(peer, frame.bytes)
      else if (frame.kind === FrameKind.RTS) this.#clearToSend(peer, frame, 0, FrameFlag.DROP)
      return
    }
    const early = this.#early.get(frame.context)
    if (early === undefined) this.#early.set(frame.context, [keep(peer, frame, body)])
    else early.push(keep(peer, frame, body))
  }

  /** Shows a new message to the waiting probes. True: one of them took it. */
  #answerProbes(context: Context, arrival: ArrivedMessage): boolean {
    for (let i = 0; i < context.probes.length; ) {
      const probe = context.probes[i]!
      const wanted =
        (probe.source === ANY || probe.source === arrival.source) &&
        (probe.tag === ANY || probe.tag === arrival.tag)
      if (!wanted) {
        i++
        continue
      }
      context.probes.splice(i, 1)
      this.#finish(probe, () => probe.found(arrival))
      if (probe.takes) return true
    }
    return false
  }

  /** Gives a message to the receive it was matched with. `borrowed`: `body` is the transport's memory. */
  #deliver(
    operation: RecvOperation<unknown>,
    frame: Frame,
    peer: number,
    body: Uint8Array | null,
    borrowed: boolean,
  ): void {
    const refusal = operation.refusal(frame)
    if (body !== null) {
      this.#returnCredit(peer, frame.bytes)
      if (refusal !== null) return this.#fail(operation, refusal)
      if (operation.into === null && frame.type === ITEM) {
        return this.#complete(operation, frame, Block.item(body), borrowed)
      }
      const block = operation.into ?? Block.allocate(frame.type, frame.bytes)
      if (body.length > 0) block.bytes(0, body.length).set(body)
      return this.#complete(operation, frame, block, false)
    }
    if (refusal !== null) {
      this.#clearToSend(peer, frame, 0, FrameFlag.DROP)
      return this.#fail(operation, refusal)
    }
    const block = operation.into ?? Block.allocate(frame.type, frame.bytes)
    if (frame.bytes === 0) {
      this.#clearToSend(peer, frame, 0, 0)
      return this.#complete(operation, frame, block, false)
    }
    const recvId = this.#newId()
    operation.incoming = { frame: new Frame().copyFrom(frame), block, peer }
    this.#receiving.set(recvId, operation)
    this.#clearToSend(peer, frame, recvId, 0)
  }

  #onData(frame: Frame, body: Uint8Array): void {
    const operation = this.#receiving.get(frame.recvId)
    if (operation === undefined) return // it failed meanwhile, with its communicator
    const { frame: envelope, block } = operation.incoming!
    block.bytes(frame.offset, body.length).set(body)
    operation.receivedBytes += body.length
    if (operation.receivedBytes < envelope.bytes) return
    this.#receiving.delete(frame.recvId)
    this.#complete(operation, envelope, block, false)
  }

  #onBreak(peer: number, frame: Frame, body: Uint8Array): void {
    const context = this.#contexts.get(frame.context)
    if (context !== undefined) context.owner.breakFromRemote(decodeBreak(body))
    else this.#onStray(peer, frame, body)
  }

  #complete(operation: RecvOperation<unknown>, frame: Frame, block: Block, borrowed: boolean): void {
    let result: unknown
    try {
      result = operation.result(frame, block, borrowed)
    } catch (error) {
      return this.#fail(operation, error)
    }
    this.#finish(operation, () => operation.succeed(result))
  }

  // ---- peers ----------------------------------------------------------------------------------

  /** `rank` has finished: it sent all it will ever send, and it has arrived here. */
  rankFinished(rank: number): void {
    this.peers.markFinished(rank)
    this.#failHopeless()
    this.#updateHold()
  }

  /** `rank` is dead; what only it could serve fails. */
  rankLost(rank: number, reason: string): void {
    this.peers.markLost(rank, reason)
    this.#failHopeless()
    this.#updateHold()
  }

  onPeerGone(peer: number, reason: string): void {
    this.peers.markDeparted(peer)
    if (this.peers.whyGone(peer) === null) this.#options.onPeerLost(peer, reason)
  }

  onFatal(error: Error): void {
    this.#options.onFatal(error)
  }

  /** Fails what can never complete because everybody who could serve it is gone. */
  #failHopeless(): void {
    for (const operation of [...this.pending]) {
      const why = this.#whyHopeless(operation)
      if (why !== null) this.#fail(operation, rankGone(operation, why))
    }
  }

  #whyHopeless(operation: Operation<unknown>): string | null {
    if (operation instanceof SendOperation) {
      if (operation.sendId === 0 || operation.handedOver) return null
      const gone = this.peers.whyGone(operation.context.owner.ranks[operation.dest]!)
      return gone === null ? null : `rank ${operation.dest} ${gone}`
    }
    const waiting = operation as RecvOperation<unknown> | ProbeOperation<unknown>
    const incoming = (waiting as RecvOperation<unknown>).incoming
    if (incoming) {
      const gone = this.peers.whyLost(incoming.peer)
      return gone === null ? null : `rank ${incoming.frame.source} ${gone} in the middle of the message`
    }
    return this.peers.whyNobody(waiting.context, waiting.source)
  }

  // ---- the end --------------------------------------------------------------------------------

  /** Resolves when everything sent has been taken by its receivers. */
  flush(): Promise<void> {
    return this.#transport.flush()
  }

  /** Messages and pieces of messages that no receiver has taken yet. */
  get unsent(): number {
    return this.#transport.unflushed
  }

  /** Messages that came and were never received, by context. */
  unclaimed(): { context: Context; arrivals: ArrivedMessage[] }[] {
    return [...this.#contexts.values()]
      .map((context) => ({ context, arrivals: context.queue.arrivals() }))
      .filter(({ arrivals }) => arrivals.length > 0)
  }

  /** Receives, and answers, whatever still comes, for as long as `until` is pending. */
  async serve(until: Promise<void>): Promise<void> {
    this.#transport.hold()
    try {
      await until
    } finally {
      this.#transport.release()
    }
  }

  /** Delivers whatever has already come in. */
  async progress(): Promise<void> {
    await this.serve(this.clock.turn())
  }

  // ---- book-keeping ---------------------------------------------------------------------------

  /** Registers an operation. False: it failed at once, because its communicator or the job has. */
  #start(operation: Operation<unknown> & { readonly context: Context }): boolean {
    operation.startedMs = this.clock.nowMs()
    const error = this.#failure ?? operation.context.owner.broken
    if (error !== null) {
      operation.context.owner.brokenSeen()
      operation.fail(error)
      return false
    }
    this.pending.add(operation)
    if (!this.#holding) this.#updateHold()
    return true
  }

  #finish(operation: Operation<unknown>, settle: () => void): void {
    this.pending.delete(operation)
    this.last = operation
    settle()
    if (this.pending.size === 0) this.#updateHold()
  }

  #fail(operation: Operation<unknown>, error: unknown): void {
    this.#forget(operation)
    this.#finish(operation, () => operation.fail(error))
  }

  /** Removes a failing operation from wherever it waits. */
  #forget(operation: Operation<unknown>): void {
    if (operation instanceof SendOperation) {
      this.#announced.delete(operation.sendId)
      return
    }
    const waiting = operation as RecvOperation<unknown> | ProbeOperation<unknown>
    const probeAt = waiting.context.probes.indexOf(waiting as ProbeOperation<unknown>)
    if (probeAt >= 0) waiting.context.probes.splice(probeAt, 1)
    else waiting.context.queue.withdraw(waiting as RecvOperation<unknown>)
    for (const [id, receiving] of this.#receiving) if (receiving === operation) this.#receiving.delete(id)
  }

  /** Waiting keeps the process alive only while something can still come that may end the wait. */
  #updateHold(): void {
    const wanted = (this.pending.size > 0 && this.peers.anyLeft) || this.#toSelf > 0
    if (wanted === this.#holding) return
    this.#holding = wanted
    if (wanted) this.#transport.hold()
    else this.#transport.release()
  }

  #emit(peer: number, frame: Frame, body: Uint8Array | null, token: SendToken | null): boolean {
    if (peer === this.#rank) {
      this.#toSelf++
      if (!this.#holding) this.#updateHold()
    }
    return this.#transport.send(peer, frame, body, token)
  }

  #newId(): number {
    this.#lastId = this.#lastId === 0xffff_ffff ? 1 : this.#lastId + 1
    return this.#lastId
  }

  #returnCredit(peer: number, bytes: number): void {
    if (peer === this.#rank) return
    const credit = this.peers.owe(peer, bytes + MESSAGE_OVERHEAD_BYTES)
    if (credit === 0) return
    const frame = clear(this.#frame)
    frame.kind = FrameKind.CREDIT
    frame.bytes = credit
    this.#emit(peer, frame, null, null)
  }

  #clearToSend(peer: number, announced: Frame, recvId: number, flags: number): void {
    const sendId = announced.sendId
    const frame = clear(this.#frame)
    frame.kind = FrameKind.CTS
    frame.flags = flags
    frame.sendId = sendId
    frame.recvId = recvId
    this.#emit(peer, frame, null, null)
  }

  #header(kind: number, context: Context): Frame {
    const frame = clear(this.#frame)
    frame.kind = kind
    frame.context = context.id
    frame.source = context.owner.rank
    return frame
  }

  #envelope(kind: number, operation: SendOperation): Frame {
    const frame = this.#header(kind, operation.context)
    frame.tag = operation.tag
    frame.type = operation.block.type
    frame.bytes = operation.block.byteLength
    const call = operation.call
    if (call !== null) {
      frame.callSeq = call.seq
      frame.callKind = call.kind
      frame.callRoot = call.root
      frame.callOp = call.op
      frame.callType = call.type
      frame.callCount = call.count
    }
    return frame
  }
}

const EMPTY = new Frame()

function clear(frame: Frame): Frame {
  return frame.copyFrom(EMPTY)
}

function keep(peer: number, frame: Frame, body: Uint8Array): ArrivedMessage {
  const eager = frame.kind !== FrameKind.RTS
  return new ArrivedMessage(new Frame().copyFrom(frame), peer, eager ? body.slice() : null)
}

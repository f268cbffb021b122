/**
 * The receiving half of the protocol: matching what comes with what is asked for, and fetching announced
 * payloads. See messenger.ts for the protocol as a whole.
 */

import { BufferError, CancelledError } from '../errors.ts'
import type { Lane } from '../transport/shared-memory.ts'
import { Block } from '../wire/block.ts'
import { ITEM } from '../wire/datatype.ts'
import { Frame, FrameFlag, FrameKind } from '../wire/frame.ts'
import { ArrivedMessage, type Context } from './context.ts'
import type { IdSource } from './id-source.ts'
import type { Line } from './line.ts'
import { ANY } from './matching.ts'
import { ProbeOperation, type RecvOperation, rankGone } from './operations.ts'
import { MESSAGE_OVERHEAD_BYTES, type Peers } from './peers.ts'
import type { Pending } from './pending.ts'
import { ValueRecv } from './value-recv.ts'

export interface IncomingEvents {
  /** An announced message has been asked for. */
  fetching(): void
  /** Something waits for any rank where no other rank is left. */
  onlySelfLeft(): void
  /** Resolves after a turn of the event loop. */
  turn(): Promise<void>
}

/** Messages up to this length are copied from a peer's memory without a turn of the event loop in between: some 1 ms. */
export const FETCH_AT_ONCE_BYTES = 8 << 20

export class Incoming {
  readonly #line: Line
  readonly #peers: Peers
  readonly #pending: Pending
  readonly #ids: IdSource
  readonly #events: IncomingEvents
  /** Messages that mprobe has taken and nobody has received yet. */
  readonly claimed = new Set<ArrivedMessage>()
  /** Receives whose payload is on its way. */
  readonly #receiving = new Map<number, RecvOperation<unknown>>()

  constructor(line: Line, peers: Peers, pending: Pending, ids: IdSource, events: IncomingEvents) {
    this.#line = line
    this.#peers = peers
    this.#pending = pending
    this.#ids = ids
    this.#events = events
  }

  /** Whether announced messages are on their way; that may be so even from ranks that have finished. */
  get isFetching(): boolean {
    return this.#receiving.size > 0
  }

  /** Tells the sender of an announced message that its payload has been copied from its memory. */
  acknowledge(peer: number, frame: Frame): void {
    this.#clearToSend(peer, frame, 0, FrameFlag.DROP | FrameFlag.FETCHED)
  }

  /** Starts a receive: takes what is already there, or waits. */
  recv(operation: RecvOperation<unknown>): void {
    if (!this.#pending.start(operation)) return
    const { context, source, tag } = operation
    const arrival = context.queue.take(source, tag)
    if (arrival !== null) return this.#deliver(operation, arrival.frame, arrival.peer, arrival.body, false)
    const gone = this.#peers.whyNobody(context, source)
    if (gone !== null) return this.#pending.fail(operation, rankGone(operation, gone))
    context.queue.post(operation)
    if (source === ANY && this.#peers.onlySelfLeft(context)) this.#events.onlySelfLeft()
  }

  /** Receives a message that mprobe has taken out of the queue. */
  recvArrived(operation: RecvOperation<unknown>, arrival: ArrivedMessage): void {
    this.claimed.delete(arrival)
    const { frame, peer, body } = arrival
    if (this.#pending.start(operation)) this.#deliver(operation, frame, peer, body, false)
  }

  /** Starts a probe: looks at what is there, or waits. */
  probe(operation: ProbeOperation<unknown>): void {
    if (!this.#pending.start(operation)) return
    const { context, source, tag } = operation
    const arrival = operation.takes ? context.queue.take(source, tag) : context.queue.peek(source, tag)
    if (arrival !== null) {
      if (operation.takes) this.claimed.add(arrival)
      return this.#pending.succeed(operation, operation.result(arrival))
    }
    const gone = this.#peers.whyNobody(context, source)
    if (gone !== null) return this.#pending.fail(operation, rankGone(operation, gone))
    if (operation.takes) context.queue.post(operation)
    else context.probes.push(operation)
    if (source === ANY && this.#peers.onlySelfLeft(context)) this.#events.onlySelfLeft()
  }

  /** A message, or its announcement, has come for a communicator that is here. */
  onMessage(context: Context, peer: number, frame: Frame, body: Uint8Array): void {
    const operation = context.queue.match(frame.source, frame.tag)
    if (operation instanceof ProbeOperation) {
      const arrival = keep(peer, frame, body)
      this.claimed.add(arrival)
      return this.#pending.succeed(operation, operation.result(arrival))
    }
    if (operation !== null) {
      return this.#deliver(operation, frame, peer, frame.kind === FrameKind.EAGER ? body : null, true)
    }
    const arrival = keep(peer, frame, body)
    this.#answerProbes(context, arrival)
    context.queue.park(arrival)
  }

  /** A short message lies in `lane`. True: a receive that waits for it has taken it. */
  onShort(context: Context, peer: number, lane: Lane): boolean {
    const { source, tag, type, bytes } = lane
    const operation = context.queue.waiting(source, tag)
    if (!(operation instanceof ValueRecv && operation.accepts(type, bytes))) return false
    context.queue.match(source, tag)
    let result: unknown
    try {
      result = operation.resultFrom(lane)
    } catch (error) {
      this.#pending.fail(operation, error)
      return true
    } finally {
      this.returnCredit(peer, bytes)
    }
    this.#pending.succeed(operation, result)
    return true
  }

  /** A message has come that nobody will receive: its communicator is broken or was freed. */
  drop(peer: number, frame: Frame): void {
    if (frame.kind === FrameKind.EAGER) this.returnCredit(peer, frame.bytes)
    else if (frame.kind === FrameKind.RTS) {
      this.#clearToSend(peer, frame, 0, FrameFlag.DROP | FrameFlag.REFUSED)
    }
  }

  /** A piece of an announced message has come. */
  onData(frame: Frame, body: Uint8Array): void {
    const operation = this.#receiving.get(frame.recvId)
    if (operation === undefined) return // it failed meanwhile, with its communicator
    const { frame: envelope, block } = operation.incoming!
    if ((frame.flags & FrameFlag.DROP) !== 0) {
      this.#receiving.delete(frame.recvId)
      const why = `rank ${envelope.source} has taken the message back: its send failed, or its communicator was freed`
      return this.#pending.fail(operation, new CancelledError(`${operation.describe()}: ${why}`))
    }
    if (!this.#write(operation, block, frame.offset, body)) {
      this.#receiving.delete(frame.recvId)
      return
    }
    operation.receivedBytes += body.length
    if (operation.receivedBytes < envelope.bytes) return
    this.#receiving.delete(frame.recvId)
    this.#complete(operation, envelope, block, false)
  }

  /** Takes a receive or probe out of where it waits for a message. False: a message has been matched. */
  withdraw(operation: RecvOperation<unknown> | ProbeOperation<unknown>): boolean {
    const { probes, queue } = operation.context
    const probeAt = probes.indexOf(operation as ProbeOperation<unknown>)
    if (probeAt < 0) return queue.withdraw(operation)
    probes.splice(probeAt, 1)
    return true
  }

  /** Forgets a failing receive or probe, wherever it is. */
  forget(operation: RecvOperation<unknown> | ProbeOperation<unknown>): void {
    if (this.withdraw(operation)) return
    for (const [id, receiving] of this.#receiving) if (receiving === operation) this.#receiving.delete(id)
  }

  /** Why a pending receive or probe can never complete; null if it may. */
  whyHopeless(operation: RecvOperation<unknown> | ProbeOperation<unknown>): string | null {
    const incoming = (operation as RecvOperation<unknown>).incoming
    if (!incoming) return this.#peers.whyNobody(operation.context, operation.source)
    const lost = this.#peers.whyLost(incoming.peer)
    return lost === null ? null : `rank ${incoming.frame.source} ${lost} in the middle of the message`
  }

  /** Shows a new message to the waiting probes. */
  #answerProbes({ probes }: Context, arrival: ArrivedMessage): void {
    for (let i = 0; i < probes.length; ) {
      const probe = probes[i]!
      const wanted =
        (probe.source === ANY || probe.source === arrival.source) &&
        (probe.tag === ANY || probe.tag === arrival.tag)
      if (!wanted) {
        i++
        continue
      }
      probes.splice(i, 1)
      this.#pending.succeed(probe, probe.result(arrival))
    }
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
    if (body === null) return this.#fetch(operation, frame, peer, refusal)
    this.returnCredit(peer, frame.bytes)
    if (refusal !== null) return this.#pending.fail(operation, refusal)
    if (operation.into === null && frame.type === ITEM) {
      return this.#complete(operation, frame, Block.item(body), borrowed)
    }
    const block = this.#room(operation, frame)
    if (block === null) return
    if (body.length > 0 && !this.#write(operation, block, 0, body)) return
    this.#complete(operation, frame, block, false)
  }

  /** Asks for the payload of an announced message, or says that it is not wanted. */
  #fetch(operation: RecvOperation<unknown>, frame: Frame, peer: number, refusal: Error | null): void {
    if (refusal !== null) {
      this.#clearToSend(peer, frame, 0, FrameFlag.DROP)
      return this.#pending.fail(operation, refusal)
    }
    const lost = this.#peers.whyLost(peer)
    if (lost !== null) {
      const why = `rank ${frame.source} ${lost} before its message could be fetched`
      return this.#pending.fail(operation, rankGone(operation, why))
    }
    const block = this.#room(operation, frame)
    if (block === null) return this.#clearToSend(peer, frame, 0, FrameFlag.DROP)
    if (frame.bytes === 0) {
      this.#clearToSend(peer, frame, 0, 0)
      return this.#complete(operation, frame, block, false)
    }
    if (frame.offset !== 0 && frame.bytes <= FETCH_AT_ONCE_BYTES) {
      if (this.#copy(operation, frame, peer, block, 0, frame.bytes))
        return this.#fetched(operation, frame, peer, block)
      if (operation.state !== 'pending') return this.#clearToSend(peer, frame, 0, FrameFlag.DROP)
    }
    const recvId = this.#ids.next()
    const kept = new Frame().copyFrom(frame)
    operation.incoming = { frame: kept, block, peer }
    this.#receiving.set(recvId, operation)
    this.#events.fetching()
    if (frame.bytes > FETCH_AT_ONCE_BYTES && frame.offset !== 0)
      void this.#fetchInPieces(operation, kept, peer, block, recvId)
    else this.#clearToSend(peer, frame, recvId, 0)
  }

  /** Copies a very long message out of the sender's memory, and lets the event loop turn between pieces. */
  async #fetchInPieces(
    operation: RecvOperation<unknown>,
    frame: Frame,
    peer: number,
    block: Block,
    recvId: number,
  ): Promise<void> {
    for (let offset = 0; offset < frame.bytes; offset += FETCH_AT_ONCE_BYTES) {
      const length = Math.min(FETCH_AT_ONCE_BYTES, frame.bytes - offset)
      const copied = this.#copy(operation, frame, peer, block, offset, length)
      if (!copied && operation.state === 'pending') return this.#clearToSend(peer, frame, recvId, 0)
      if (copied) await this.#events.turn()
      // It may have failed meanwhile, with its communicator, or for want of its memory.
      if (operation.state === 'pending') continue
      this.#receiving.delete(recvId)
      return this.#clearToSend(peer, frame, 0, FrameFlag.DROP)
    }
    this.#receiving.delete(recvId)
    this.#fetched(operation, frame, peer, block)
  }

  /** All of a message has been copied from its sender, who is told so. */
  #fetched(operation: RecvOperation<unknown>, frame: Frame, peer: number, block: Block): void {
    this.acknowledge(peer, frame)
    this.#complete(operation, frame, block, false)
  }

  /** Copies a piece of a message out of the sender's memory. False: not possible, or the receive has failed by it. */
  #copy(
    operation: RecvOperation<unknown>,
    frame: Frame,
    peer: number,
    block: Block,
    offset: number,
    length: number,
  ): boolean {
    try {
      const piece = new Block(block.type, block.buffer, block.byteOffset + offset, length)
      return this.#line.fetch(peer, frame.offset, offset, piece)
    } catch (cause) {
      this.#failForMemory(operation, cause)
      return false
    }
  }

  /** Where a message goes. Null: there is no memory for it, and the receive has failed. */
  #room(operation: RecvOperation<unknown>, frame: Frame): Block | null {
    try {
      return operation.into ?? Block.allocate(frame.type, frame.bytes)
    } catch (cause) {
      const why = `no memory for a message of ${frame.bytes} bytes`
      this.#pending.fail(operation, new BufferError(`${operation.describe()}: ${why}`, { cause }))
      return null
    }
  }

  /** Puts a piece where it belongs. False: the program has given that memory away, and the receive has failed. */
  #write(operation: RecvOperation<unknown>, block: Block, offset: number, piece: Uint8Array): boolean {
    try {
      block.bytes(offset, piece.length).set(piece)
      return true
    } catch (cause) {
      this.#failForMemory(operation, cause)
      return false
    }
  }

  #failForMemory(operation: RecvOperation<unknown>, cause: unknown): void {
    const why = 'the memory of into was transferred elsewhere while the receive waited'
    this.#pending.fail(operation, new BufferError(`${operation.describe()}: ${why}`, { cause }))
  }

  #complete(operation: RecvOperation<unknown>, frame: Frame, block: Block, borrowed: boolean): void {
    let result: unknown
    try {
      result = operation.result(frame, block, borrowed)
    } catch (error) {
      return this.#pending.fail(operation, error)
    }
    this.#pending.succeed(operation, result)
  }

  /** A short message of `bytes` bytes from `peer` is out of the way: gives its credit back in due course. */
  returnCredit(peer: number, bytes: number): void {
    if (peer === this.#line.rank) return
    const credit = this.#peers.owe(peer, bytes + MESSAGE_OVERHEAD_BYTES)
    if (credit === 0) return
    const frame = this.#line.header(FrameKind.CREDIT)
    frame.bytes = credit
    this.#line.emit(peer, frame, null, null)
  }

  #clearToSend(peer: number, { sendId }: Frame, recvId: number, flags: number): void {
    const frame = this.#line.header(FrameKind.CTS)
    frame.flags = flags
    frame.sendId = sendId
    frame.recvId = recvId
    this.#line.emit(peer, frame, null, null)
  }
}

/** A copy of a message that nobody has asked for, for when somebody will. */
export function keep(peer: number, frame: Frame, body: Uint8Array): ArrivedMessage {
  const announced = frame.kind === FrameKind.RTS
  return new ArrivedMessage(new Frame().copyFrom(frame), peer, announced ? null : body.slice())
}

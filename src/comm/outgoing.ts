/**
 * The sending half of the protocol: which messages go at once and which are announced, and what becomes of
 * their payloads. See messenger.ts for the protocol as a whole.
 */

import { BufferError, CancelledError } from '../errors.ts'
import type { SendToken } from '../transport/transport.ts'
import { Block } from '../wire/block.ts'
import { type Frame, FrameFlag, FrameKind } from '../wire/frame.ts'
import type { IdSource } from './id-source.ts'
import type { Line } from './line.ts'
import { rankGone, SendOperation } from './operations.ts'
import { MESSAGE_OVERHEAD_BYTES, type Peers } from './peers.ts'
import type { Pending } from './pending.ts'

export class Outgoing {
  readonly #line: Line
  readonly #peers: Peers
  readonly #pending: Pending
  readonly #ids: IdSource
  /** Sends whose payload waits for the receiver. */
  readonly #announced = new Map<number, SendOperation>()

  constructor(line: Line, peers: Peers, pending: Pending, ids: IdSource) {
    this.#line = line
    this.#peers = peers
    this.#pending = pending
    this.#ids = ids
  }

  /** Starts a send; everything of it that the order of calls decides happens in here. */
  send(operation: SendOperation): void {
    if (!this.#pending.start(operation)) return
    const { block, synchronous } = operation
    const peer = operation.context.owner.ranks[operation.dest]!
    const toSelf = peer === this.#line.rank
    if (toSelf) operation.context.sentToSelf = true
    const eager = !synchronous && block.byteLength <= this.#line.towards(peer).eagerBytes
    // A finished rank still takes what is sent to it, only to report that it never received it.
    const gone = eager ? this.#peers.whyDeparted(peer) : this.#peers.whyGone(peer)
    if (gone !== null)
      return this.#pending.fail(operation, rankGone(operation, `rank ${operation.dest} ${gone}`))
    const charge = block.byteLength + MESSAGE_OVERHEAD_BYTES
    if (eager && (toSelf || this.#peers.spend(peer, charge))) return this.#sendEager(peer, operation)
    // A rank that waits for itself would wait for ever: what it sends to itself is put aside and done.
    this.#announce(peer, toSelf && !synchronous ? this.#putAside(operation) : operation)
  }

  /** The receiver is ready for an announced message, or does not want it. */
  onClearToSend(peer: number, { sendId, recvId, flags }: Frame): void {
    const operation = this.#announced.get(sendId)
    // It failed meanwhile, with its communicator; the receive must not wait for it for ever.
    if (operation === undefined) return this.#refuse(peer, recvId)
    this.#announced.delete(sendId)
    const total = operation.block.byteLength
    if ((flags & FrameFlag.REFUSED) !== 0) {
      const why = `rank ${operation.dest} has freed its side of the communicator without receiving the message`
      return this.#fail(operation, new CancelledError(`${operation.describe()}: ${why}`))
    }
    if ((flags & FrameFlag.FETCHED) !== 0 && !isThere(operation.block))
      return this.#fail(operation, transferred(operation))
    if (total === 0 || (flags & FrameFlag.DROP) !== 0) return this.#succeed(operation)
    const { maxBodyBytes } = this.#line.towards(peer)
    try {
      operation.block.bytes(0, Math.min(maxBodyBytes, total))
    } catch (cause) {
      this.#refuse(peer, recvId)
      return this.#fail(operation, transferred(operation, cause))
    }
    for (let offset = 0; offset < total; offset += maxBodyBytes) {
      const piece = this.#line.headerIn(FrameKind.DATA, operation.context)
      piece.recvId = recvId
      piece.offset = offset
      const body = operation.block.bytes(offset, Math.min(maxBodyBytes, total - offset))
      operation.borrowed++
      if (this.#line.emit(peer, piece, body, operation)) operation.borrowed--
    }
    operation.handedOver = true
    if (operation.borrowed === 0) this.#succeed(operation)
  }

  /** The transport no longer reads a body that it had borrowed. */
  onReleased(token: SendToken): void {
    if (!(token instanceof SendOperation)) return // a notice, which nobody waits for
    token.borrowed--
    if (token.borrowed === 0 && token.handedOver) this.#succeed(token)
  }

  /** Why a pending send can never complete; null if it may. */
  whyHopeless(operation: SendOperation): string | null {
    if (!this.#announced.has(operation.sendId)) return null
    const gone = this.#peers.whyGone(operation.context.owner.ranks[operation.dest]!)
    return gone === null ? null : `rank ${operation.dest} ${gone}`
  }

  /** Forgets a failing send. */
  forget(operation: SendOperation): void {
    this.#announced.delete(operation.sendId)
  }

  #sendEager(peer: number, operation: SendOperation): void {
    operation.handedOver = true
    operation.borrowed = 1
    const frame = this.#line.envelope(FrameKind.EAGER, operation)
    if (!this.#line.emit(peer, frame, operation.block.bytes(), operation)) return
    operation.borrowed = 0
    this.#succeed(operation)
  }

  #announce(peer: number, operation: SendOperation): void {
    operation.sendId = this.#ids.next()
    this.#announced.set(operation.sendId, operation)
    const frame = this.#line.envelope(FrameKind.RTS, operation)
    frame.sendId = operation.sendId
    // Where the receiver finds the payload itself, if it can.
    if (operation.block.byteLength > 0) frame.offset = this.#line.expose(peer, operation.block)
    this.#line.emit(peer, frame, null, null)
  }

  /** Tells a receive that its payload will not come. */
  #refuse(peer: number, recvId: number): void {
    if (recvId === 0) return
    const frame = this.#line.header(FrameKind.DATA)
    frame.flags = FrameFlag.DROP
    frame.recvId = recvId
    this.#line.emit(peer, frame, null, null)
  }

  #putAside(operation: SendOperation): SendOperation {
    const { name, context, block, dest, tag, call } = operation
    const copy = Block.allocate(block.type, block.byteLength)
    copy.set(block)
    this.#succeed(operation)
    return new SendOperation(name, context, copy, dest, tag, false, call)
  }

  #fail(operation: SendOperation, error: Error): void {
    if (this.#pending.has(operation)) this.#pending.fail(operation, error)
  }

  #succeed(operation: SendOperation): void {
    // One that was put aside has never been pending; one that failed may still have been lent out.
    if (this.#pending.has(operation)) this.#pending.succeed(operation, undefined)
  }
}

/** Whether the program still has the memory that it sends. */
function isThere(block: Block): boolean {
  return block.byteLength === 0 || block.buffer.byteLength > 0
}

function transferred(operation: SendOperation, cause?: unknown): BufferError {
  const why = 'the memory of value was transferred elsewhere while the send waited for its receive'
  return new BufferError(`${operation.describe()}: ${why}`, { cause })
}

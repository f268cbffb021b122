/**
 * The way to the transport for the protocol: makes headers, sends frames, and knows what is still under way
 * and so must keep this process waiting.
 */

import type { SendToken, Transport } from '../transport/transport.ts'
import type { Block } from '../wire/block.ts'
import { Frame } from '../wire/frame.ts'
import type { Context } from './context.ts'
import type { CallFields, SendOperation } from './operations.ts'

const EMPTY = new Frame()

export class Line {
  readonly rank: number
  readonly transport: Transport
  /** The one header that all sends reuse; a transport copies it inside `send`. */
  readonly #frame = new Frame()
  readonly #onChange: () => void
  /** Frames of this rank to itself that have not come back yet. */
  #toSelf = 0
  /** Bodies that the transport still reads. */
  #lent = 0

  /** `onChange` is called when something or nothing is under way after it was the other. */
  constructor(rank: number, transport: Transport, onChange: () => void) {
    this.rank = rank
    this.transport = transport
    this.#onChange = onChange
  }

  /** Whether frames to oneself or lent bodies are out: both come back only while the transport is held. */
  get underWay(): boolean {
    return this.#toSelf > 0 || this.#lent > 0
  }

  /** The transport that `peer` is reached through. */
  towards(peer: number): Transport {
    return this.transport.towards?.(peer) ?? this.transport
  }

  /** Sends a frame. True: `body` was copied; false: it is lent until the transport gives `token` back. */
  emit(peer: number, frame: Frame, body: Uint8Array | null, token: SendToken | null): boolean {
    const before = this.underWay
    if (peer === this.rank) this.#toSelf++
    const copied = this.transport.send(peer, frame, body, token)
    if (!copied) this.#lent++
    if (this.underWay !== before) this.#onChange()
    return copied
  }

  /** Where `peer` finds `block` in this rank's memory; 0: it cannot look there. */
  expose(peer: number, block: Block): number {
    const { shared } = this.transport
    return shared?.canFetch && peer !== this.rank && shared.ranks.includes(peer) ? shared.expose(block) : 0
  }

  /** Copies a piece of what `peer` has exposed. False: it cannot be reached there any more. */
  fetch(peer: number, address: number, offset: number, into: Block): boolean {
    return this.transport.shared!.fetch(peer, address, offset, into)
  }

  /** A lent body has come back. */
  returned(): void {
    this.#lent--
    if (!this.underWay) this.#onChange()
  }

  /** A frame of this rank to itself has come back. */
  cameBack(): void {
    this.#toSelf--
    if (!this.underWay) this.#onChange()
  }

  /** A header with nothing but its kind. */
  header(kind: number): Frame {
    const frame = this.#frame.copyFrom(EMPTY)
    frame.kind = kind
    return frame
  }

  /** A header of a communicator. */
  headerIn(kind: number, context: Context): Frame {
    const frame = this.header(kind)
    frame.context = context.id
    frame.source = context.owner.rank
    return frame
  }

  /** The header that describes the message of a send. */
  envelope(kind: number, operation: SendOperation): Frame {
    const frame = this.headerIn(kind, operation.context)
    frame.tag = operation.tag
    frame.type = operation.block.type
    frame.bytes = operation.block.byteLength
    return operation.call === null ? frame : describeCall(frame, operation.call)
  }

  /** A header that only says in which call the sender is. */
  callHeader(kind: number, context: Context, call: CallFields): Frame {
    return describeCall(this.headerIn(kind, context), call)
  }
}

function describeCall(frame: Frame, call: CallFields): Frame {
  frame.callSeq = call.seq
  frame.callKind = call.kind
  frame.callRoot = call.root
  frame.callOp = call.op
  frame.callType = call.type
  frame.callCount = call.count
  return frame
}

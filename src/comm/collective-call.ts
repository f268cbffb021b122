/** One collective call under way, as the endpoint of its algorithm: messages that bear the call's signature. */

import { CollectiveMismatchError } from '../errors.ts'
import { Block } from '../wire/block.ts'
import { ITEM, typeName } from '../wire/datatype.ts'
import type { Frame } from '../wire/frame.ts'
import { LARGEST_TAG } from './arguments.ts'
import type { Endpoint } from './collective/endpoint.ts'
import { CallKind, type CallSignature } from './collective/signature.ts'
import type { Context } from './context.ts'
import type { Inquiries } from './inquiries.ts'
import type { Messenger } from './messenger.ts'
import { type CallFields, RecvOperation, SendOperation } from './operations.ts'

export class Call implements Endpoint {
  readonly signature: CallSignature
  readonly seq: number
  /** What messages of this call are matched by: its number, as far as a tag can hold it. */
  readonly tag: number
  readonly rank: number
  readonly size: number
  readonly #messenger: Messenger
  readonly #context: Context
  /** The signature as it goes into headers. */
  readonly fields: CallFields
  readonly startedMs: number
  readonly #inquiries: Inquiries
  readonly #asked = new Set<number>()

  constructor(
    messenger: Messenger,
    context: Context,
    inquiries: Inquiries,
    signature: CallSignature,
    seq: number,
  ) {
    this.#inquiries = inquiries
    this.signature = signature
    this.seq = seq
    this.tag = seq & LARGEST_TAG
    this.rank = context.owner.rank
    this.size = context.owner.ranks.length
    this.#messenger = messenger
    this.#context = context
    const { root, op, type, count } = signature
    this.startedMs = messenger.clock.nowMs()
    this.fields = { seq, kind: CallKind[signature.call], root, op, type, count }
  }

  /** Tells the ranks that this call waits for in which call this rank is; each once. */
  inquire(): void {
    for (const operation of this.#messenger.pending.operations()) {
      if (operation.context !== this.#context || !(operation instanceof CallRecv)) continue
      const { source, tag, incoming } = operation
      if (tag !== this.tag || incoming !== null || this.#asked.has(source)) continue
      this.#asked.add(source)
      this.#messenger.inquire(this.#context, source, this.fields)
    }
  }

  send(block: Block, dest: number): Promise<void> {
    const operation = new SendOperation(
      this.signature.call,
      this.#context,
      block,
      dest,
      this.tag,
      false,
      this.fields,
    )
    this.#messenger.send(operation)
    return quiet(operation.promise() as Promise<void>)
  }

  recvInto(block: Block, source: number): Promise<void> {
    this.#inquiries.watch()
    const operation = new CallRecv<void>(this, this.#context, source, block)
    this.#messenger.recv(operation)
    return quiet(operation.promise())
  }

  recv(source: number): Promise<Block> {
    this.#inquiries.watch()
    const operation = new CallRecv<Block>(this, this.#context, source, null)
    this.#messenger.recv(operation)
    return quiet(operation.promise())
  }
}

/** A receive of a collective: exactly the expected bytes, or a mismatch. */
class CallRecv<T extends Block | void> extends RecvOperation<T> {
  readonly #call: Call

  constructor(call: Call, context: Context, source: number, into: Block | null) {
    super(call.signature.call, context, source, call.tag, into)
    this.#call = call
  }

  override refusal(frame: Frame): Error | null {
    const into = this.into
    if (into === null || (frame.type === into.type && frame.bytes === into.byteLength)) return null
    const isNothing = frame.bytes === 0 && frame.type === ITEM
    const theirs = isNothing ? 'nothing' : `${frame.bytes} bytes of ${typeName(frame.type)}`
    return new CollectiveMismatchError(
      `${this.#call.signature.call} ${this.context.where}: rank ${frame.source} sent ${theirs}, this rank ` +
        `expects ${into.byteLength} bytes of ${typeName(into.type)}; ${this.#cure}`,
    )
  }

  get #cure(): string {
    if (/w$/.test(this.#call.signature.call))
      return 'its place in into must have the element type and length of what comes'
    // These alone receive by counts that the receiver has given, and that nobody else has seen.
    return /^neighbor.*v$/.test(this.#call.signature.call)
      ? 'into.counts must be what comes; leave them away to take whatever it is'
      : 'all ranks must give the same element type and count'
  }

  override result(_frame: Frame, block: Block, borrowed: boolean): T {
    if (this.into !== null) return undefined as T
    if (!borrowed) return block as T
    return Block.item(block.bytes().slice()) as T
  }
}

// An algorithm may hold several promises and fail at the first; the others have then nobody to tell, and
// need nobody: every failure of an operation of a call also fails the call.
function quiet<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {})
  return promise
}

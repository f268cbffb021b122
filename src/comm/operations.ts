/**
 * The three operations the messenger works on: sends, receives and probes, each in one context.
 *
 * What becomes of a received block is left to subclasses and callbacks: a value for the program in
 * point-to-point.ts, a block for an algorithm in collective calls.
 */

import { RankFailedError } from '../errors.ts'
import type { Block } from '../wire/block.ts'
import type { TypeCode } from '../wire/datatype.ts'
import type { Frame } from '../wire/frame.ts'
import type { ArrivedMessage, Context } from './context.ts'
import { ANY } from './matching.ts'
import { Operation } from './operation.ts'

/** Fields of a collective call's signature as they go into a header. */
export interface CallFields {
  readonly seq: number
  readonly kind: number
  readonly root: number
  readonly op: number
  readonly type: TypeCode
  readonly count: number
}

export class SendOperation extends Operation<void> {
  readonly context: Context
  readonly block: Block
  /** Rank in the communicator. */
  readonly dest: number
  readonly tag: number
  /** Complete only when the receive has been matched (MPI's synchronous mode). */
  readonly synchronous: boolean
  readonly call: CallFields | null
  readonly name: string
  /** Names the payload while it waits for the receiver; 0 if it does not. */
  sendId = 0
  /** Frames whose bodies the transport still reads. */
  borrowed = 0
  /** Whether all of the payload has been given to the transport. */
  handedOver = false

  constructor(
    name: string,
    context: Context,
    block: Block,
    dest: number,
    tag: number,
    synchronous: boolean,
    call: CallFields | null,
  ) {
    super()
    this.name = name
    this.context = context
    this.block = block
    this.dest = dest
    this.tag = tag
    this.synchronous = synchronous
    this.call = call
  }

  override describe(): string {
    if (this.call) return `${this.name} ${this.context.where}: sending to rank ${this.dest}`
    return `${this.name} ${this.context.where}, to rank ${this.dest}, tag ${this.tag}`
  }
}

export abstract class RecvOperation<T> extends Operation<T> {
  readonly context: Context
  /** Rank in the communicator, or ANY. */
  readonly source: number
  readonly tag: number
  readonly name: string
  /** Where the message goes; null: into new memory. */
  readonly into: Block | null
  /** Bytes of an announced message that have come so far. */
  receivedBytes = 0
  /** The announced message being received, its memory, and the sender's rank in the job. */
  incoming: { readonly frame: Frame; readonly block: Block; readonly peer: number } | null = null

  constructor(name: string, context: Context, source: number, tag: number, into: Block | null) {
    super()
    this.name = name
    this.context = context
    this.source = source
    this.tag = tag
    this.into = into
  }

  /** Why the message with this header cannot be received here; null if it can. */
  abstract refusal(frame: Frame): Error | null

  /**
   * Turns the received block into the result. `borrowed`: the block's memory is the transport's and only
   * valid during the call (only for items, which are decoded on the spot).
   */
  abstract result(frame: Frame, block: Block, borrowed: boolean): T

  override describe(): string {
    const from = this.source === ANY ? 'any rank' : `rank ${this.source}`
    if (this.context.collective) return `${this.name} ${this.context.where}: waiting for ${from}`
    return `${this.name} ${this.context.where}, from ${from}, ${this.tag === ANY ? 'any tag' : `tag ${this.tag}`}`
  }
}

export class ProbeOperation<T> extends Operation<T> {
  readonly context: Context
  readonly source: number
  readonly tag: number
  readonly name: string
  /** Whether the message is taken out of the queue (mprobe) or left there (probe). */
  readonly takes: boolean
  /** What the program gets to see of the message. */
  readonly result: (arrival: ArrivedMessage) => T

  constructor(
    name: string,
    context: Context,
    source: number,
    tag: number,
    takes: boolean,
    result: (arrival: ArrivedMessage) => T,
  ) {
    super()
    this.name = name
    this.context = context
    this.source = source
    this.tag = tag
    this.takes = takes
    this.result = result
  }

  override describe(): string {
    const from = this.source === ANY ? 'any rank' : `rank ${this.source}`
    return `${this.name} ${this.context.where}, for ${from}, ${this.tag === ANY ? 'any tag' : `tag ${this.tag}`}`
  }
}

/** The error of an operation that needs a rank which is not there any more. */
export function rankGone(operation: Operation<unknown>, who: string): RankFailedError {
  return new RankFailedError(`${operation.describe()}: ${who}`)
}

/** A receive whose result is a value for the program, with its status. */

import { TruncateError, TypeMismatchError } from '../errors.ts'
import type { Lane } from '../transport/shared-memory.ts'
import type { Block } from '../wire/block.ts'
import { decodeItem } from '../wire/codec.ts'
import {
  ANY_TYPE,
  aTypeName,
  elementSize,
  ITEM,
  type Raw,
  type TypeCode,
  typeName,
} from '../wire/datatype.ts'
import type { Frame } from '../wire/frame.ts'
import type { Destination } from './arguments.ts'
import type { Context } from './context.ts'
import type { Target } from './layout/target.ts'
import { RecvOperation } from './operations.ts'
import { type Status, statusFrom } from './status.ts'

export interface ValueRecvOptions {
  readonly name: string
  readonly context: Context
  readonly source: number
  readonly tag: number
  readonly into: Destination
  readonly type: TypeCode
  /** Whether the result is `{ value, status }` or the value alone. */
  readonly withStatus: boolean
}

export class ValueRecv extends RecvOperation<unknown> {
  readonly #array: Raw | undefined
  readonly #target: Target | null
  readonly #type: TypeCode
  readonly #withStatus: boolean
  /** What `status` is made of, when somebody asks; a source below 0 means that nothing has been received. */
  #sentBy = -1
  #sentTag = 0
  #sentType: TypeCode = ITEM
  #sentBytes = 0

  constructor(options: ValueRecvOptions) {
    super(options.name, options.context, options.source, options.tag, options.into.block)
    this.#array = options.into.array
    this.#target = options.into.target
    this.#type = options.type
    this.#withStatus = options.withStatus
  }

  /** Known once the message has been received. */
  get status(): Status | undefined {
    if (this.#sentBy < 0) return undefined
    return statusFrom(this.#sentBy, this.#sentTag, this.#sentType, this.#sentBytes)
  }

  /** Whether a message of this type and length can be received here: there is no `refusal`. */
  accepts(type: TypeCode, bytes: number): boolean {
    if (this.#type !== ANY_TYPE && type !== this.#type) return false
    return this.into === null || bytes <= this.into.byteLength
  }

  override refusal(frame: Frame): Error | null {
    if (this.#type !== ANY_TYPE && frame.type !== this.#type) {
      const wanted = this.into === null ? 'as asks for' : 'into is'
      return new TypeMismatchError(
        `${this.#found(frame)}, but ${wanted} ${aTypeName(this.#type)}; ` +
          (frame.type === ITEM
            ? `receive it without ${this.into === null ? 'as' : 'into'}`
            : `give ${aTypeName(frame.type)}, or send ${aTypeName(this.#type)}`),
      )
    }
    if (this.into !== null && frame.bytes > this.into.byteLength) {
      const room = this.into.byteLength / elementSize(this.into.type)
      return new TruncateError(
        `${this.#found(frame)}, but into has room for ${room}; give it room, or leave into away (the message is dropped)`,
      )
    }
    return null
  }

  override result(frame: Frame, block: Block): unknown {
    this.#note(frame.source, frame.tag, frame.type, frame.bytes)
    const value = frame.type === ITEM ? decodeItem(block.bytes()) : (this.#filled() ?? block.array())
    return this.#withStatus ? { value, status: this.status } : value
  }

  /** As `result`, of a message that it `accepts` and that still lies in a lane. */
  resultFrom(lane: Lane): unknown {
    this.#note(lane.source, lane.tag, lane.type, lane.bytes)
    const value = this.#takeFrom(lane)
    return this.#withStatus ? { value, status: this.status } : value
  }

  #takeFrom(lane: Lane): unknown {
    if (lane.type === ITEM) return lane.takeBytes(decodeItem)
    if (this.#array === undefined) return lane.takeNew()
    lane.takeInto(this.#array)
    return this.#filled()
  }

  /** What the program gave as `into`, now that the message is in its array; undefined if it gave nothing. */
  #filled(): unknown {
    if (this.#target === null) return this.#array
    this.#target.deliver(0, this.#sentBytes / elementSize(this.#sentType))
    return this.#target.given
  }

  #note(source: number, tag: number, type: TypeCode, bytes: number): void {
    this.#sentBy = source
    this.#sentTag = tag
    this.#sentType = type
    this.#sentBytes = bytes
  }

  #found(frame: Frame): string {
    const what =
      frame.type === ITEM ? 'an item' : `${frame.bytes / elementSize(frame.type)} x ${typeName(frame.type)}`
    return `${this.describe()}: rank ${frame.source} sent ${what} with tag ${frame.tag}`
  }
}

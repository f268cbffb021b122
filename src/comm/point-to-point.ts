/**
 * Point-to-point calls of one communicator: from checked arguments to operations and back to promises.
 *
 * Posting happens inside each call, so the order of calls is the order of matching. `send` and `recv` never
 * throw, they reject; `isend` and `irecv` throw what is wrong with their arguments.
 */

import { checkOptions } from '../check-options.ts'
import { CancelledError, MpiError, RankError, TimeoutError } from '../errors.ts'
import { Block } from '../wire/block.ts'
import { encodeItem } from '../wire/codec.ts'
import { ANY_TYPE, ITEM, type Raw, rawType, type TypeCode, type TypedCtor } from '../wire/datatype.ts'
import {
  ANY_SOURCE,
  ANY_TAG,
  blockToFill,
  blockToSend,
  checkDest,
  checkRecvTag,
  checkSource,
  checkTag,
  expectedType,
  isFixed,
  type Source,
  type Tag,
} from './arguments.ts'
import { resultOf, traced } from './callers-stack.ts'
import { type ArrivedMessage, CallSite, type Context } from './context.ts'
import { Express, MISS } from './express.ts'
import { ANY } from './matching.ts'
import type { Messenger } from './messenger.ts'
import { type ProbeOperation, type RecvOperation, SendOperation } from './operations.ts'
import { afterTimeout, checkPatience, onAbort } from './patience.ts'
import { completedRequest, OperationRequest, type Request } from './request.ts'
import { NO_MESSAGE } from './status.ts'
import { ValueRecv } from './value-recv.ts'

export interface SendOptions {
  /** 0 to 2^31-1; 0 if left away. */
  readonly tag?: number
}

/** How long to wait. */
export interface PatienceOptions {
  /** Withdraws the operation when aborted, unless a message has been matched already: CancelledError. */
  readonly signal?: AbortSignal
  /** Withdraws the operation after so many milliseconds, unless a message has been matched: TimeoutError. */
  readonly timeout?: number
}

export interface RecvOptions extends PatienceOptions {
  /** ANY_TAG if left away. */
  readonly tag?: Tag
  /** Array that the message is written to; may be longer than the message, not shorter. */
  readonly into?: Raw
  /** Element type to insist on, such as `Float64Array`. */
  readonly as?: TypedCtor
  /** True: the result is `{ value, status }`. */
  readonly status?: boolean
}

export interface SendrecvOptions {
  /** Whom to receive from: a rank, ANY_SOURCE, or null for nobody. */
  readonly source: Source
  /** Tag of what is sent; 0 if left away. */
  readonly tag?: number
  /** Tag of what is received; the same as `tag` if left away. */
  readonly recvTag?: Tag
  readonly into?: Raw
  readonly as?: TypedCtor
  readonly status?: boolean
}

/** The result of every send that is complete when its call returns. */
const SENT: Promise<void> = Promise.resolve()
/** Stands for options that were left away. */
const NONE: RecvOptions = Object.freeze({})

const SEND_OPTIONS = ['tag']
const RECV_OPTIONS = ['tag', 'into', 'as', 'status', 'signal', 'timeout']
const SENDRECV_OPTIONS = ['source', 'tag', 'recvTag', 'into', 'as', 'status']
const MESSAGE_OPTIONS = ['into', 'as', 'status']

export class PointToPoint {
  readonly messenger: Messenger
  readonly context: Context
  #maybeExpress: Express | null | undefined

  constructor(messenger: Messenger, context: Context) {
    this.messenger = messenger
    this.context = context
  }

  /** The short way, where there is shared memory; found out at the first call that could use it. */
  get #express(): Express | null {
    if (this.#maybeExpress === undefined) {
      const { shared } = this.messenger
      this.#maybeExpress = shared === null ? null : new Express(this.messenger, this.context, shared)
    }
    return this.#maybeExpress
  }

  send(name: string, value: unknown, dest: number | null, options?: SendOptions): Promise<void> {
    try {
      const operation = this.#postSend(name, value, dest, options)
      return operation === null ? SENT : (resultOf(operation) as Promise<void>)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  isend(value: unknown, dest: number | null, options?: SendOptions): Request<void> {
    const operation = this.#postSend('isend', value, dest, options)
    if (operation === null) return completedRequest<void>(undefined, undefined)
    return new OperationRequest<void>(this.messenger, operation, null)
  }

  /** `given`: number of arguments, because only `recv()` without any means ANY_SOURCE. */
  recv(given: number, source: Source | undefined, options: RecvOptions = NONE): Promise<unknown> {
    try {
      const value = this.#recvByExpress(source, options)
      if (value !== MISS) {
        // A program whose messages are always there already would never come back to the event loop.
        return this.messenger.shared!.turnDue() ? afterTurn(this.messenger, value) : Promise.resolve(value)
      }
      const operation = this.#postRecv('recv', given, source, options)
      if (operation !== null) return resultOf(operation)
      return Promise.resolve(nothingReceived(options))
    } catch (error) {
      return Promise.reject(error)
    }
  }

  irecv(given: number, source: Source | undefined, options: RecvOptions = NONE): Request<unknown> {
    const operation = this.#postRecv('irecv', given, source, options)
    if (operation === null) return completedRequest(nothingReceived(options), NO_MESSAGE)
    return new OperationRequest<unknown>(this.messenger, operation, operation)
  }

  /** Receives a message that mprobe found. */
  recvArrived(arrival: ArrivedMessage, options: RecvOptions): Promise<unknown> {
    try {
      const where = new CallSite('message.recv', this.context)
      checkOptions(options, MESSAGE_OPTIONS, where)
      const block = blockToFill(options.into, where)
      const type = expectedType(block, options.as, where)
      if (arrival.received) throw new MpiError(`${where}: the message has been received; take another one`)
      arrival.received = true
      const operation = new ValueRecv({
        name: 'message.recv',
        context: this.context,
        source: arrival.source,
        tag: arrival.tag,
        into: options.into,
        block,
        type,
        withStatus: options.status ?? false,
      })
      this.messenger.recvArrived(operation, arrival)
      return resultOf(operation)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /** Sends and receives at the same time; resolves when both are complete. */
  async sendrecv(value: unknown, dest: number | null, options: SendrecvOptions): Promise<unknown> {
    const where = new CallSite('sendrecv', this.context)
    checkOptions(options, SENDRECV_OPTIONS, where)
    if (options?.source === undefined) {
      throw new RankError(
        `${where}: options.source is missing; give the rank to receive from, ANY_SOURCE, or null for nobody`,
      )
    }
    const { source, tag = 0, recvTag = tag, into, as, status } = options
    // Everything is checked before anything is posted: a receive left behind could steal a message.
    checkDest(dest, this.#size, where)
    checkTag(tag, where)
    const block = blockToSend(value, where)
    const receive = this.#postRecv('sendrecv', 1, source, {
      tag: recvTag,
      ...(into && { into }),
      ...(as && { as }),
      ...(status && { status }),
    })
    const send = this.#startSend('sendrecv', block, dest, tag, false)
    const received =
      receive === null ? Promise.resolve(nothingReceived({ into, status } as RecvOptions)) : receive.promise()
    send?.onSettled(() => {
      if (send.state === 'failed' && receive !== null) this.messenger.withdraw(receive, send.error as Error)
    })
    const [result] = await traced(Promise.all([received, send?.promise()]))
    return result
  }

  /** Withdraws a receive or probe when its time is over. */
  limitPatience(operation: RecvOperation<unknown> | ProbeOperation<unknown>, options: PatienceOptions): void {
    if (operation.state !== 'pending') return
    const { timeout, signal } = options
    if (timeout === undefined && signal === undefined) return
    const stopTimer = afterTimeout(this.messenger.clock, timeout, (ms) => {
      this.messenger.withdraw(
        operation,
        new TimeoutError(`${operation.describe()}: no message within ${ms} ms`),
      )
    })
    const stopSignal = onAbort(signal, (cause) => {
      this.messenger.withdraw(
        operation,
        new CancelledError(`${operation.describe()}: withdrawn by its signal`, { cause }),
      )
    })
    operation.onSettled(() => {
      stopTimer()
      stopSignal()
    })
  }

  get #size(): number {
    return this.context.owner.ranks.length
  }

  /** Posts a send. Null: it is done already. */
  #postSend(
    name: string,
    value: unknown,
    dest: number | null,
    options: SendOptions | undefined,
  ): SendOperation | null {
    const where = new CallSite(name, this.context)
    if (options !== undefined) checkOptions(options, SEND_OPTIONS, where)
    const to = checkDest(dest, this.#size, where)
    const tag = options?.tag === undefined ? 0 : checkTag(options.tag, where)
    const synchronous = name === 'ssend'
    const type = rawType(value)
    if (type !== ITEM) {
      const express = synchronous || to === null ? null : this.#express
      if (express !== null && isFixed(value as Raw) && express.send(value as Raw, type, to!, tag)) return null
      return this.#startSend(name, blockToSend(value, where), to, tag, synchronous)
    }
    const bytes = encodeItem(value, where)
    if (to !== null && !synchronous && this.#express?.send(bytes, ITEM, to, tag)) return null
    return this.#startSend(name, Block.item(bytes), to, tag, synchronous)
  }

  /** Receives by the short way, if the arguments are such that it may be tried; MISS if not, or in vain. */
  #recvByExpress(source: Source | undefined, options: RecvOptions): unknown {
    if (typeof source !== 'number') return MISS
    const express = this.#express
    if (express === null) return MISS
    const { tag, into, as, status, signal, timeout } = options
    if (as !== undefined || signal !== undefined || timeout !== undefined) return MISS
    if (options !== NONE && !isPlain(options)) return MISS
    let wantedTag = ANY
    if (tag !== undefined && tag !== ANY_TAG) {
      if (typeof tag !== 'number') return MISS
      wantedTag = tag
    }
    let type: TypeCode = ANY_TYPE
    if (into !== undefined) {
      type = rawType(into)
      if (type === ITEM || !isFixed(into)) return MISS
    }
    return express.recv(source, wantedTag, into, type, status === true)
  }

  #startSend(
    name: string,
    block: Block,
    dest: number | null,
    tag: number,
    synchronous: boolean,
  ): SendOperation | null {
    if (dest === null) return null
    const operation = new SendOperation(name, this.context, block, dest, tag, synchronous, null)
    this.messenger.send(operation)
    return operation
  }

  #postRecv(name: string, given: number, source: Source | undefined, options: RecvOptions): ValueRecv | null {
    const where = new CallSite(name, this.context)
    if (options !== NONE) checkOptions(options, RECV_OPTIONS, where)
    const from = checkSource(given === 0 ? ANY_SOURCE : (source as Source), this.#size, where)
    const tag = checkRecvTag(options.tag === undefined ? ANY_TAG : options.tag, where)
    const block = blockToFill(options.into, where)
    const type = expectedType(block, options.as, where)
    checkPatience(options, where)
    if (from === null) return null
    const operation = new ValueRecv({
      name,
      context: this.context,
      source: from,
      tag,
      into: options.into,
      block,
      type,
      withStatus: options.status ?? false,
    })
    this.messenger.recv(operation)
    this.limitPatience(operation, options)
    return operation
  }
}

/** Whether `options` is what people write: an object literal with known names. Anything else is looked at closely. */
function isPlain(options: RecvOptions): boolean {
  if (Object.getPrototypeOf(options) !== Object.prototype) return false
  for (const name in options) {
    if (name !== 'into' && name !== 'tag' && name !== 'status') return false
  }
  return true
}

async function afterTurn(messenger: Messenger, value: unknown): Promise<unknown> {
  await messenger.clock.turn()
  return value
}

/** What a receive from null gives: `into` untouched, or nothing. */
function nothingReceived(options: RecvOptions): unknown {
  return options.status ? { value: options.into, status: NO_MESSAGE } : options.into
}

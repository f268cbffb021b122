/**
 * Point-to-point calls of one communicator: from checked arguments to operations and back to promises.
 *
 * Posting happens inside each call, so the order of calls is the order of matching. `send` and `recv` never
 * throw, they reject; `isend` and `irecv` throw what is wrong with their arguments.
 */

import { checkOptions } from '../check-options.ts'
import { CancelledError, MpiError, RankError, TimeoutError, type Where } from '../errors.ts'
import { Block } from '../wire/block.ts'
import { ANY_TYPE, ITEM, type Raw, rawType, type TypeCode, type TypedCtor } from '../wire/datatype.ts'
import type { Strided } from '../wire/layout/nd-view.ts'
import {
  ANY_SOURCE,
  ANY_TAG,
  checkDest,
  checkRecvTag,
  checkSource,
  checkTag,
  type Destination,
  destinationOf,
  expectedType,
  LARGEST_TAG,
  payloadOf,
  type Source,
  type Tag,
} from './arguments.ts'
import { resultOf, traced } from './callers-stack.ts'
import { type ArrivedMessage, CallSite, type Context } from './context.ts'
import { Express, MISS } from './express.ts'
import { packed, type Target } from './layout/target.ts'
import { ANY } from './matching.ts'
import type { Messenger } from './messenger.ts'
import { type ProbeOperation, type RecvOperation, SendOperation } from './operations.ts'
import { afterTimeout, checkPatience, onAbort } from './patience.ts'
import { completedRequest, OperationRequest, type Request } from './request.ts'
import { NO_MESSAGE, type Status } from './status.ts'
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
  /**
   * Where the message is written to: a typed array, a layout or an ndarray-like. It may have more elements than the
   * message, not fewer; the first ones are filled.
   */
  readonly into?: Raw | Strided
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
  readonly into?: Raw | Strided
  readonly as?: TypedCtor
  readonly status?: boolean
}

/** The result of every send that is complete when its call returns. */
const SENT: Promise<void> = Promise.resolve()
/** Stands for options that were left away. */
const NONE: RecvOptions = Object.freeze({})

/** What a receive asks for, checked. */
interface RecvTerms {
  /** Rank, ANY, or null for nobody. */
  readonly source: number | null
  /** Tag or ANY. */
  readonly tag: number
  readonly into: Destination
  readonly type: TypeCode
  readonly withStatus: boolean
}

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
      if (name === 'send' && this.#sendByExpress(value, dest, options)) return SENT
      const operation = this.#postSend(name, value, dest, options)
      return operation === null ? SENT : (resultOf(operation) as Promise<void>)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /** `name`: what the program has called: isend, sendInit or ssendInit. */
  isend(name: string, value: unknown, dest: number | null, options?: SendOptions): Request<void> {
    const operation = this.#postSend(name, value, dest, options)
    if (operation === null) return completedRequest<void>(undefined, undefined)
    return new OperationRequest<void>(this.messenger, operation, null)
  }

  /** `given`: number of arguments, because only `recv()` without any means ANY_SOURCE. */
  recv(given: number, source: Source | undefined, options: RecvOptions = NONE): Promise<unknown> {
    try {
      const value = this.#recvByExpress(source, options)
      if (value !== MISS) return this.#promiseOf(value)
      const operation = this.#postRecv('recv', given, source, options)
      if (operation !== null) return resultOf(operation)
      return Promise.resolve(nothingReceived(options.into, options.status))
    } catch (error) {
      return Promise.reject(error)
    }
  }

  irecv(
    name: string,
    given: number,
    source: Source | undefined,
    options: RecvOptions = NONE,
  ): Request<unknown> {
    const operation = this.#postRecv(name, given, source, options)
    if (operation === null) return completedRequest(nothingReceived(options.into, options.status), NO_MESSAGE)
    return new OperationRequest<unknown>(this.messenger, operation, operation)
  }

  /** Receives a message that mprobe found. */
  recvArrived(arrival: ArrivedMessage, options: RecvOptions): Promise<unknown> {
    try {
      const where = new CallSite('message.recv', this.context)
      checkOptions(options, MESSAGE_OPTIONS, where)
      const into = destinationOf(options.into, where)
      const type = expectedType(into.block, options.as, where)
      if (arrival.received) throw new MpiError(`${where}: the message has been received; take another one`)
      arrival.received = true
      const operation = new ValueRecv({
        name: 'message.recv',
        context: this.context,
        source: arrival.source,
        tag: arrival.tag,
        into,
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
  sendrecv(name: string, value: unknown, dest: number | null, options: SendrecvOptions): Promise<unknown> {
    try {
      return this.#sendrecv(name, value, dest, options)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  #sendrecv(name: string, value: unknown, dest: number | null, options: SendrecvOptions): Promise<unknown> {
    const where = new CallSite(name, this.context)
    checkOptions(options, SENDRECV_OPTIONS, where)
    if (options?.source === undefined) {
      throw new RankError(
        `${where}: options.source is missing; give the rank to receive from, ANY_SOURCE, or null for nobody`,
      )
    }
    const { source, tag = 0, recvTag = tag, into, as, status = false } = options
    // Everything is checked before anything is posted: a receive left behind could steal a message.
    const to = checkDest(dest, this.#size, where)
    checkTag(tag, where)
    const sent = packed(value, where)
    const type = rawType(sent)
    const payload = payloadOf(sent, type, where)
    const terms = this.#recvTerms(where, source, recvTag, into, as, status)
    if (to !== null && this.#express?.send(payload, type, to, tag)) {
      // Sent already, so the answer may be there by the time that it is looked for.
      if (terms.source === null) return Promise.resolve(nothingReceived(into, status))
      const received = this.#tryExpress(terms)
      if (received !== MISS) return this.#promiseOf(received)
      return resultOf(this.#startRecv(name, terms)!)
    }
    const receive = this.#startRecv(name, terms)
    const send = this.#startSend(name, payload, type, to, tag, false)
    const received = receive?.promise() ?? Promise.resolve(nothingReceived(into, status))
    send?.onSettled(() => {
      if (send.state === 'failed' && receive !== null) this.messenger.withdraw(receive, send.error as Error)
    })
    return traced(Promise.all([received, send?.promise()]).then(([result]) => result))
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
    const tag = this.checkSend(where, dest, options)
    const sent = packed(value, where)
    const type = rawType(sent)
    const payload = payloadOf(sent, type, where)
    return this.#startSend(name, payload, type, dest, tag, name === 'ssend' || name === 'ssendInit')
  }

  /** Checks where a send goes, and returns its tag. */
  checkSend(where: Where, dest: number | null, options: SendOptions | undefined): number {
    if (options !== undefined) checkOptions(options, SEND_OPTIONS, where)
    checkDest(dest, this.#size, where)
    return options?.tag === undefined ? 0 : checkTag(options.tag, where)
  }

  /** Sends by the short way, if the arguments are such that it may be tried. False: nothing has happened. */
  #sendByExpress(value: unknown, dest: number | null, options: SendOptions | undefined): boolean {
    const express = this.#express
    if (express === null || dest === null) return false
    const tag = options === undefined ? 0 : plainTag(options)
    if (tag < 0) return false
    const type = express.sent.typeOf(value)
    return type !== ITEM && express.send(value as Raw, type, dest, tag)
  }

  /** Receives by the short way, if the arguments are such that it may be tried; MISS if not, or in vain. */
  #recvByExpress(source: Source | undefined, options: RecvOptions): unknown {
    if (typeof source !== 'number' || options === null) return MISS
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
      type = express.received.typeOf(into)
      if (type === ITEM) return MISS
    }
    return express.recv(source, wantedTag, into as Raw | undefined, type, status === true)
  }

  /** Starts a send of an array of element type `type`, or of the bytes of an item. Null: it is done already. */
  #startSend(
    name: string,
    payload: Raw,
    type: TypeCode,
    dest: number | null,
    tag: number,
    synchronous: boolean,
  ): SendOperation | null {
    if (dest === null) return null
    if (!synchronous && this.#express?.send(payload, type, dest, tag)) return null
    const block = new Block(type, payload.buffer, payload.byteOffset, payload.byteLength)
    const operation = new SendOperation(name, this.context, block, dest, tag, synchronous, null)
    this.messenger.send(operation)
    return operation
  }

  #postRecv(name: string, given: number, source: Source | undefined, options: RecvOptions): ValueRecv | null {
    const from = given === 0 ? ANY_SOURCE : (source as Source)
    const terms = this.checkRecv(new CallSite(name, this.context), from, options)
    const operation = this.#startRecv(name, terms)
    if (operation !== null) this.limitPatience(operation, options)
    return operation
  }

  /** Checks a receive, and returns what it asks for. */
  checkRecv(where: Where, source: Source, options: RecvOptions): RecvTerms {
    if (options !== NONE) checkOptions(options, RECV_OPTIONS, where)
    const { tag, into, as, status = false } = options
    const terms = this.#recvTerms(where, source, tag, into, as, status)
    checkPatience(options, where)
    return terms
  }

  /** Checks what a receive asks for. */
  #recvTerms(
    where: Where,
    source: Source,
    tag: Tag | undefined,
    given: Raw | Strided | undefined,
    as: TypedCtor | undefined,
    withStatus: boolean,
  ): RecvTerms {
    const from = checkSource(source, this.#size, where)
    const wantedTag = tag === undefined ? ANY : checkRecvTag(tag, where)
    const into = destinationOf(given, where)
    return { source: from, tag: wantedTag, into, type: expectedType(into.block, as, where), withStatus }
  }

  /** Starts a receive. Null: from nobody. */
  #startRecv(name: string, { source, tag, into, type, withStatus }: RecvTerms): ValueRecv | null {
    if (source === null) return null
    const operation = new ValueRecv({ name, context: this.context, source, tag, into, type, withStatus })
    this.messenger.recv(operation)
    return operation
  }

  /** Receives by the short way; MISS if it cannot. */
  #tryExpress({ source, tag, into, type, withStatus }: RecvTerms): unknown {
    if (source === null || source === ANY || this.#express === null) return MISS
    const { array, target } = into
    if (target === null) return this.#express.recv(source, tag, array, type, withStatus)
    const received = this.#express.recv(source, tag, array, type, true)
    return received === MISS ? MISS : delivered(target, (received as { status: Status }).status, withStatus)
  }

  /** The promise of a value that is there already. */
  #promiseOf(value: unknown): Promise<unknown> {
    // A program whose messages are always there already would never come back to the event loop.
    return this.messenger.shared!.turnDue() ? afterTurn(this.messenger, value) : Promise.resolve(value)
  }
}

/** The tag, if `options` is an object literal with a valid tag and nothing else; -1 if it must be looked at closely. */
function plainTag(options: SendOptions): number {
  if (typeof options !== 'object' || options === null) return -1
  if (Object.getPrototypeOf(options) !== Object.prototype) return -1
  for (const name in options) if (name !== 'tag') return -1
  const { tag } = options
  if (tag === undefined) return 0
  return typeof tag === 'number' && tag >= 0 && tag <= LARGEST_TAG && Number.isInteger(tag) ? tag : -1
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

/** What a receive into a layout gives, whose elements are in `target.array`. */
function delivered(target: Target, status: Status, withStatus: boolean): unknown {
  target.deliver(0, status.count)
  return withStatus ? { value: target.given, status } : target.given
}

/** What a receive from null gives: `into` untouched, or nothing. */
function nothingReceived(into: Raw | Strided | undefined, withStatus: boolean | undefined): unknown {
  return withStatus ? { value: into, status: NO_MESSAGE } : into
}

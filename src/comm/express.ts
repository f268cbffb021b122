/**
 * The short way of point-to-point messages between ranks that share memory: from the program's array into the
 * lane to the peer, and out of it into the other program's array, all inside the calls themselves.
 *
 * The same messages as those of outgoing.ts and incoming.ts, on the same terms (order, matching, credit), but
 * without an operation, a header or a list entry for each. It is taken only where nobody could tell the
 * difference: a message that fits a lane, to a rank that is there; a receive from a named rank whose next
 * message is the one that it asks for, with nothing else waiting in between. Everything else, errors too, is
 * left to the long way.
 */

import { type Lane, Next, type SharedMemory } from '../transport/shared-memory.ts'
import { Block } from '../wire/block.ts'
import { decodeItem } from '../wire/codec.ts'
import { ANY_TYPE, allocate, elementSize, ITEM, type Raw, rawType, type TypeCode } from '../wire/datatype.ts'
import { Frame } from '../wire/frame.ts'
import { isFixed } from './arguments.ts'
import type { Context } from './context.ts'
import { FETCH_AT_ONCE_BYTES } from './incoming.ts'
import { ANY } from './matching.ts'
import type { Messenger } from './messenger.ts'
import { MESSAGE_OVERHEAD_BYTES } from './peers.ts'
import { statusFrom } from './status.ts'

/** `recv` has found nothing that it may take; the long way has to. */
export const MISS: unique symbol = Symbol('miss')

/** So often a receive looks for its message before it gives the thread away: some 6 us in all, time to pack an answer. */
const LOOKS = 768
/** Hope runs from 0 to this: how often in a row looking may be in vain before it is given up. */
const MOST_HOPE = 3
/** Without hope, one receive in so many looks all the same, to see whether things have changed. */
const RETRY_EVERY = 8

/** An array is remembered only where that does not keep much memory from being freed. */
const MOST_KEPT_BYTES = 64 << 10

export class Express {
  readonly #messenger: Messenger
  readonly #context: Context
  readonly #shared: SharedMemory
  /** By rank of the communicator; null: not by this way. */
  readonly #lanes: (Lane | null)[]
  readonly #last: LastMessage
  /** The header of an announcement that was looked at. */
  readonly #frame = new Frame()
  /** Whether looking again and again has paid off lately, per source. */
  readonly #hope: Int8Array
  #hopeless = 0
  /** What is sent, and what is received into. */
  readonly sent = new KnownArray()
  readonly received = new KnownArray()

  constructor(messenger: Messenger, context: Context, shared: SharedMemory) {
    this.#messenger = messenger
    this.#context = context
    this.#shared = shared
    this.#lanes = context.owner.ranks.map((rank) => shared.lane(rank))
    this.#last = new LastMessage(context)
    this.#hope = new Int8Array(this.#lanes.length).fill(shared.isCrowded ? 0 : MOST_HOPE)
  }

  /** Sends `value`, an array of element type `type` or the bytes of an item. False: nothing has happened. */
  send(value: Raw, type: TypeCode, dest: number, tag: number): boolean {
    const lane = this.#lanes[dest]
    if (lane === null || lane === undefined) return false
    const bytes = value.byteLength
    if (bytes > lane.maxBytes) return false
    const { peers, pending } = this.#messenger
    const { owner, id } = this.#context
    const peer = owner.ranks[dest]!
    if (owner.broken !== null || pending.failure !== null || !peers.isActive(peer)) return false
    const charge = bytes + MESSAGE_OVERHEAD_BYTES
    if (!peers.spend(peer, charge)) {
      // What the peer has given back may lie in its ring, where a program that only ever sends never looks.
      this.#shared.poll(peer)
      if (!peers.spend(peer, charge)) return false
    }
    if (!lane.put(id, owner.rank, tag, type, value)) {
      peers.earn(peer, charge)
      return false
    }
    pending.last = this.#last.set('send', dest, tag)
    return true
  }

  /**
   * Receives from rank `source` what has come, or comes while it looks. {@link MISS}: nothing was taken.
   *
   * @param tag or ANY
   * @param into where an array goes, of type `type`; without it `type` may be ANY_TYPE
   */
  recv(source: number, tag: number, into: Raw | undefined, type: TypeCode, withStatus: boolean): unknown {
    const lane = this.#lanes[source]
    if (lane === null || lane === undefined) return MISS
    const { pending } = this.#messenger
    const context = this.#context
    if (!context.queue.isQuiet(source) || context.probes.length > 0) return MISS
    if (context.owner.broken !== null || pending.failure !== null) return MISS
    if (lane.peek() !== Next.MESSAGE && !this.#await(lane, source)) {
      if (lane.peek() !== Next.FRAME) return MISS
      const value = this.#fetch(lane, source, tag, into, type, withStatus)
      // What else there is may be announced too: it is fetched now, while the sender announces more.
      if (value === MISS) this.#shared.poll(context.owner.ranks[source]!)
      return value
    }
    if (lane.context !== context.id || (tag !== ANY && lane.tag !== tag)) return MISS
    if (type !== ANY_TYPE && lane.type !== type) return MISS
    const bytes = lane.bytes
    if (into !== undefined && bytes > into.byteLength) return MISS
    const status = withStatus ? statusFrom(source, lane.tag, lane.type, bytes) : null
    pending.last = this.#last.set('recv', source, lane.tag)
    const value = this.#take(lane, into)
    this.#messenger.returnCredit(context.owner.ranks[source]!, bytes)
    return status === null ? value : { value, status }
  }

  /** Copies a message that is announced in the lane out of its sender's memory; MISS: that is for the long way. */
  #fetch(
    lane: Lane,
    source: number,
    tag: number,
    into: Raw | undefined,
    type: TypeCode,
    withStatus: boolean,
  ): unknown {
    const frame = this.#frame
    const { id, owner } = this.#context
    if (!lane.announcement(frame) || frame.context !== id || (tag !== ANY && frame.tag !== tag)) return MISS
    if (type !== ANY_TYPE && frame.type !== type) return MISS
    const { bytes } = frame
    if (frame.offset === 0 || bytes > FETCH_AT_ONCE_BYTES) return MISS
    if (into === undefined ? frame.type === ITEM : bytes > into.byteLength) return MISS
    const peer = owner.ranks[source]!
    const array = into ?? allocate(frame.type, bytes / elementSize(frame.type))
    if (
      !this.#shared.fetch(peer, frame.offset, 0, new Block(frame.type, array.buffer, array.byteOffset, bytes))
    )
      return MISS
    lane.takeAnnouncement()
    const messenger = this.#messenger
    messenger.pending.last = this.#last.set('recv', source, frame.tag)
    const status = withStatus ? statusFrom(source, frame.tag, frame.type, bytes) : null
    messenger.acknowledge(peer, frame)
    return status === null ? array : { value: array, status }
  }

  #take(lane: Lane, into: Raw | undefined): unknown {
    if (lane.type === ITEM) return lane.takeBytes(decodeItem)
    if (into === undefined) return lane.takeNew()
    lane.takeInto(into)
    return into
  }

  /**
   * Looks for the next message a little longer, if that has paid off lately: a peer that answers at once does so
   * meanwhile, and the long way of waiting costs as much again.
   */
  #await(lane: Lane, source: number): boolean {
    const hope = this.#hope[source]!
    if (hope === 0 && (this.#shared.isCrowded || ++this.#hopeless % RETRY_EVERY !== 0)) return false
    for (let looks = 0; looks < LOOKS; looks++) {
      const next = lane.peek()
      if (next === Next.NOTHING) continue
      if (hope < MOST_HOPE) this.#hope[source] = hope + 1
      return next === Next.MESSAGE
    }
    if (hope > 0) this.#hope[source] = hope - 1
    return false
  }
}

/**
 * The array that was looked at last: programs use the same ones again and again, and looking into one takes longer
 * than the rest of a message.
 */
class KnownArray {
  #array: Raw | null = null
  #type: TypeCode = ITEM

  /** The element type of an array that may go the short way; ITEM: the long way looks at it closely. */
  typeOf(value: unknown): TypeCode {
    if (value === this.#array && value !== null) return this.#array!.length > 0 ? this.#type : ITEM
    const type = rawType(value)
    if (type === ITEM || !isFixed(value as Raw)) return ITEM
    if ((value as Raw).buffer.byteLength <= MOST_KEPT_BYTES) {
      this.#array = value as Raw
      this.#type = type
    }
    return type
  }
}

/** What went this way last, as reports show it. One object, written again and again. */
class LastMessage {
  readonly #context: Context
  #name = ''
  #rank = 0
  #tag = 0

  constructor(context: Context) {
    this.#context = context
  }

  set(name: string, rank: number, tag: number): this {
    this.#name = name
    this.#rank = rank
    this.#tag = tag
    return this
  }

  describe(): string {
    const direction = this.#name === 'send' ? 'to' : 'from'
    return `${this.#name} ${this.#context.where}, ${direction} rank ${this.#rank}, tag ${this.#tag}`
  }
}

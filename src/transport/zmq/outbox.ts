/**
 * Everything on its way to one peer: the queue, the one writer of its socket, and the window.
 *
 * Positions are bytes of records since the connection began: `queued` >= `sent` >= `acked`. The peer says
 * in every message how many it has taken. At most a window of them is between `acked` and `sent`, which
 * bounds the memory on the way, since ZeroMQ's own limits count messages and not bytes. What is borrowed
 * goes back to its owner when `acked` passes it: only then can nobody read it any more. The promise of
 * zeromq's `send` says nothing of the sort.
 */

import type { Frame } from '../../wire/frame.ts'
import { Fifo } from '../fifo.ts'
import type { SendToken } from '../transport.ts'
import { Batch } from './batch.ts'
import { type Head, MessageFlag, MessageKind } from './wire.ts'

/** Bodies up to this are copied into the message: 3 us, where a round trip for the release takes 100. */
const COPY_BYTES = 32 << 10

/**
 * After so many messages within one turn of the event loop, what is small waits for the next turn or for
 * 64 KiB, whichever comes first. Until then every frame leaves at once, which is what a program that waits
 * for an answer needs; a program that awaits one send after the other runs ten times faster this way.
 */
const MESSAGES_PER_TURN = 16

/** The sending end of a connection; one `send` at a time. */
export interface Wire {
  send(parts: Uint8Array | Uint8Array[]): Promise<void>
}

export interface OutboxEvents {
  /** The body sent with `token` has been taken. */
  released(token: SendToken): void
  /** Frames wait for the window to open, or no longer do. */
  blocked(yes: boolean): void
  /** There is something to send and no connection yet. */
  wanted(): void
  /** The connection refuses messages. */
  failed(error: Error): void
}

export class Outbox {
  readonly #events: OutboxEvents
  readonly #windowBytes: number
  readonly #queue = new Fifo<Batch>()
  readonly #borrowed = new Fifo<{ readonly end: number; readonly token: SendToken }>()
  readonly #flushes = new Fifo<{ readonly end: number; readonly resolve: () => void }>()
  #spare: Batch | null = null
  #wire: Wire | null = null
  #hello: Uint8Array | null = null
  /** A send is going on. */
  #busy = false
  /** Nothing is sent before the event loop has turned, unless a message is full. */
  #resting = false
  #idle: (() => void)[] = []
  /** Messages in this turn of the event loop. */
  #messages = 0
  #sentFrames = 0
  #ackedFrames = 0
  #queued = 0
  #sent = 0
  #acked = 0
  #blocked = false
  #dropped = false
  /** The peer is asked for an acknowledgement when `sent` reaches `#askAt`; it was last asked at `#askedAt`. */
  #askAt = 0
  #askedAt = 0
  /** Of the next message: among other things what we have taken from the peer. */
  readonly #head: Head = { kind: MessageKind.RECORDS, flags: 0, sequence: 0, taken: 0, takenFrames: 0 }
  /** What the peer knows of that, and whether it must know more now. */
  #told = 0
  #mustTell = false

  constructor(events: OutboxEvents, windowBytes: number) {
    this.#events = events
    this.#windowBytes = windowBytes
  }

  /** As `Transport.send`. */
  send(frame: Frame, body: Uint8Array | null, token: SendToken | null): boolean {
    if (this.#dropped) return true
    this.#sentFrames++
    const large = body !== null && body.length > COPY_BYTES
    const batch = this.#openBatch(large || body === null ? 0 : body.length)
    const before = batch.counted
    if (large) batch.addOutside(frame, token === null ? new Uint8Array(body) : body, token)
    else batch.add(frame, body)
    this.#queued += batch.counted - before
    const borrowed = large && token !== null
    if (borrowed) this.#askAt = this.#queued
    this.#write()
    return !borrowed
  }

  /** Starts sending; `hello` goes first. */
  connect(wire: Wire, hello: Uint8Array): void {
    this.#wire = wire
    this.#hello = hello
    this.#write()
  }

  /** Frames sent that are not known to have been taken. */
  get unflushed(): number {
    return this.#dropped ? 0 : this.#sentFrames - this.#ackedFrames
  }

  /** The peer has taken everything up to `position`, in so many frames. */
  acknowledged(position: number, frames: number): void {
    if (position <= this.#acked) return
    this.#acked = position
    this.#ackedFrames = frames
    while ((this.#borrowed.peek()?.end ?? Infinity) <= position) {
      this.#events.released(this.#borrowed.shift()!.token)
    }
    while ((this.#flushes.peek()?.end ?? Infinity) <= position) this.#flushes.shift()!.resolve()
    if (this.#blocked) this.#write()
  }

  /** We take a frame of `bytes` from the peer; any message that leaves from now on says so. */
  took(bytes: number): void {
    this.#head.taken += bytes
    this.#head.takenFrames++
  }

  /** Tells the peer what we have taken: at once if it wants to know, else when there is something to tell. */
  tell(now: boolean): void {
    const news = this.#head.taken - this.#told
    if (news === 0) return
    if (!now && news < this.#windowBytes / 4) return
    this.#mustTell = true
    this.#write()
  }

  /** Resolves when the peer has taken all that has been sent so far. */
  flush(): Promise<void> {
    if (this.settled()) return Promise.resolve()
    this.#askAt = this.#queued
    const flushed = new Promise<void>((resolve) => this.#flushes.push({ end: this.#queued, resolve }))
    this.#write()
    return flushed
  }

  /** Whether the peer has taken all that has been sent so far, or will never. */
  settled(): boolean {
    return this.#dropped || this.#acked === this.#queued
  }

  /** Resolves when what may be sent has been handed over. */
  idle(): Promise<void> {
    if (!this.#busy && !this.#resting) return Promise.resolve()
    return new Promise((resolve) => this.#idle.push(resolve))
  }

  /** Nothing goes to this peer any more. Returns what had been borrowed for it. */
  drop(): SendToken[] {
    this.#dropped = true
    const tokens = this.#borrowed.drain().map((b) => b.token)
    for (const batch of this.#queue.drain()) if (batch.token !== null) tokens.push(batch.token)
    for (const { resolve } of this.#flushes.drain()) resolve()
    this.#setBlocked(false)
    return tokens
  }

  #openBatch(inside: number): Batch {
    const last = this.#queue.last()
    if (last?.hasRoom(inside)) return last
    const batch = this.#spare ?? new Batch()
    this.#spare = null
    this.#queue.push(batch)
    return batch
  }

  /** Sends what may be sent. The first message leaves before this returns; what is added meanwhile is gathered. */
  #write(): void {
    if (this.#busy || this.#dropped) return
    if (this.#wire === null) {
      this.#events.wanted()
      return
    }
    if (this.#hello !== null) {
      this.#greet(this.#wire, this.#hello)
      return
    }
    if (this.#messages >= MESSAGES_PER_TURN && this.#canGather()) {
      this.#resting = true
      return
    }
    const batch = this.#next()
    if (batch === null) this.#rest()
    else this.#post(this.#wire, batch)
  }

  #post(wire: Wire, batch: Batch): void {
    const head = this.#head
    head.flags = this.#flags()
    const parts = batch.seal(head)
    head.sequence = (head.sequence + 1) >>> 0
    this.#told = head.taken
    this.#mustTell = false
    this.#busy = true
    const sent = wire.send(parts)
    if (batch.recycle()) this.#spare = batch
    sent.then(this.#sentOne, this.#failed)
    if (this.#messages++ === 0) setImmediate(this.#turned)
  }

  #greet(wire: Wire, hello: Uint8Array): void {
    this.#hello = null
    this.#head.sequence = 1
    this.#busy = true
    wire.send(hello).then(this.#sentOne, this.#failed)
  }

  readonly #sentOne = (): void => {
    this.#busy = false
    this.#write()
    if (this.#dropped) this.#rest()
  }

  readonly #failed = (error: Error): void => {
    this.#busy = false
    if (!this.#dropped) this.#events.failed(error)
    this.#rest()
  }

  readonly #turned = (): void => {
    this.#messages = 0
    if (!this.#resting) return
    this.#resting = false
    this.#write()
    if (this.#dropped) this.#rest()
  }

  /** There is nothing more to send now. */
  #rest(): void {
    for (const resolve of this.#idle.splice(0)) resolve()
  }

  /** Whether what goes next would lose nothing by waiting for company. */
  #canGather(): boolean {
    if (this.#queue.length === 0) return this.#mustTell || this.#mustAsk()
    return this.#queue.length === 1 && this.#queue.peek()!.hasRoom(0)
  }

  /** What goes next: the oldest batch if the window is open, else a message without records if one is due. */
  #next(): Batch | null {
    if (this.#dropped) return null
    const batch = this.#queue.peek()
    const open = this.#sent - this.#acked < this.#windowBytes
    this.#setBlocked(batch !== undefined && !open)
    if (batch !== undefined && open) {
      this.#queue.shift()
      this.#sent += batch.counted
      if (batch.token !== null) this.#borrowed.push({ end: this.#sent, token: batch.token })
      return batch
    }
    return this.#mustTell || this.#mustAsk() ? (this.#spare ?? new Batch()) : null
  }

  #flags(): number {
    if (!this.#mustAsk()) return 0
    this.#askedAt = this.#sent
    return MessageFlag.ACK_NOW
  }

  #mustAsk(): boolean {
    return this.#askAt > this.#askedAt && this.#sent >= this.#askAt
  }

  #setBlocked(yes: boolean): void {
    if (yes === this.#blocked) return
    this.#blocked = yes
    this.#events.blocked(yes)
  }
}

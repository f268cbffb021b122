/**
 * Frames from one rank to another, in order: those in the window travel, the others wait at the sender.
 */

import type { Frame } from '../../wire/frame.ts'
import type { SendToken, Sink } from '../transport.ts'
import type { Appointment } from './agenda.ts'
import type { Arrival, Inbox } from './inbox.ts'
import { type Flush, Loan, Parcel } from './parcel.ts'
import type { Random } from './random.ts'
import type { Schedule } from './schedule.ts'

/** How long a frame travels, in virtual milliseconds. */
export type Delay = (source: number, dest: number, bytes: number, random: Random) => number

/** What all channels of a network share. */
export interface Road {
  readonly schedule: Schedule
  readonly random: Random
  readonly windowBytes: number
  /** Bodies up to this length are copied, longer ones borrowed if the sender allows it. */
  readonly copyBytes: number
  readonly delay: Delay | null
  /** Numbers everything that is sent. */
  sent: number
}

/** What a sink finds in a body it kept past the call: nothing it could take for data. */
const POISON = 0xdb
const EMPTY = new Uint8Array(0)

export class Channel implements Arrival {
  place = -1
  readonly #road: Road
  readonly #from: Inbox
  readonly #to: Inbox
  #head: Parcel | null = null
  #tail: Parcel | null = null
  /** The first parcel that waits outside the window. */
  #waiting: Parcel | null = null
  #travelling = 0
  #travellingBytes = 0
  #carried = 0
  #lastArrivalMs = 0
  #journey: Appointment | null = null
  #cut = false

  constructor(road: Road, from: Inbox, to: Inbox) {
    this.#road = road
    this.#from = from
    this.#to = to
  }

  get sentAt(): number {
    return this.#head!.sentAt
  }

  /** Bytes of bodies in the window. */
  get travellingBytes(): number {
    return this.#travellingBytes
  }

  /** Frames that have been sent and neither delivered nor lost. */
  get carried(): number {
    return this.#carried
  }

  /** Takes a frame; true if the body was copied. */
  send(frame: Frame, body: Uint8Array | null, token: SendToken | null): boolean {
    const road = this.#road
    const copies = token === null || body === null || body.byteLength <= road.copyBytes
    if (this.#cut) {
      if (!copies) this.#giveBack(token)
      return copies
    }
    const parcel = new Parcel(frame, copies && body !== null ? body.slice() : body, road.sent++, null)
    if (!copies) parcel.borrowed = new Loan(token, this.#from, parcel)
    this.#carried++
    this.#append(parcel)
    return copies
  }

  /** The sender is dead: nothing comes after what is on its way, and the receiver is told. */
  endWith(reason: string): void {
    if (this.#cut) return
    this.#append(new Parcel(null, null, this.#road.sent++, reason))
    this.#cut = true
  }

  /** The memory the frames wait in is gone: what the network has not got yet never comes. */
  loseTail(keep: number): void {
    let last: Parcel | null = null
    let parcel = this.#head
    for (let i = 0; i < keep && i < this.#travelling; i++) {
      last = parcel
      if (parcel!.borrowed !== null) {
        // The sender's memory may be used for something else from now on.
        parcel!.body = parcel!.body!.slice()
        parcel!.borrowed.forget()
        parcel!.borrowed = null
      }
      parcel = parcel!.next
    }
    this.#dropFrom(parcel)
    if (last !== null) last.next = null
    else this.#head = null
    this.#tail = last
    if (last === null) this.#stopDelivering()
  }

  /** Frames that are on their way, as opposed to waiting for the window. */
  get travelling(): number {
    return this.#travelling
  }

  /** The receiver is gone: everything vanishes, and what was borrowed goes back. */
  cut(): void {
    if (this.#cut && this.#head === null) return
    this.#cut = true
    this.#dropFrom(this.#head)
    this.#head = null
    this.#tail = null
    this.#stopDelivering()
  }

  /** Counts this channel in if it still carries something. */
  join(flush: Flush): void {
    const tail = this.#tail
    if (tail === null) return
    flush.channels++
    tail.flushes ??= []
    tail.flushes.push(flush)
  }

  deliver(sink: Sink): void {
    const parcel = this.#head!
    this.#head = parcel.next
    if (this.#head === null) this.#tail = null
    this.#travelling--
    this.#travellingBytes -= parcel.bytes
    this.#admit()
    this.#announce()
    if (parcel.death !== null) sink.onPeerGone(this.#from.rank, parcel.death)
    else {
      this.#carried--
      this.#hand(parcel, sink)
    }
    parcel.settle()
  }

  #hand(parcel: Parcel, sink: Sink): void {
    let body = parcel.body ?? EMPTY
    if (parcel.borrowed !== null) {
      body = body.slice()
      parcel.borrowed.forget()
      parcel.borrowed = null
    }
    sink.onFrame(this.#from.rank, parcel.frame, body)
    body.fill(POISON)
    parcel.frame.kind = POISON
    parcel.frame.context = 0xdbdbdbdb
  }

  #append(parcel: Parcel): void {
    if (this.#tail === null) this.#head = parcel
    else this.#tail.next = parcel
    this.#tail = parcel
    this.#waiting ??= parcel
    this.#admit()
    this.#announce()
  }

  /** Lets waiting parcels into the window. One that is larger than the window travels alone. */
  #admit(): void {
    const road = this.#road
    for (;;) {
      const parcel = this.#waiting
      if (parcel === null) return
      if (this.#travelling > 0 && this.#travellingBytes + parcel.bytes > road.windowBytes) return
      this.#waiting = parcel.next
      this.#travelling++
      this.#travellingBytes += parcel.bytes
      if (road.delay !== null) {
        const delayMs = road.delay(this.#from.rank, this.#to.rank, parcel.bytes, road.random)
        // Frames of one pair stay in order: a fast one waits for the slow one before it.
        this.#lastArrivalMs = Math.max(this.#lastArrivalMs, road.schedule.nowMs + delayMs)
        parcel.arrivesAtMs = this.#lastArrivalMs
      }
      parcel.borrowed?.end()
    }
  }

  /** Puts the channel into the inbox, or out of it, as its head has arrived or not. */
  #announce(): void {
    const head = this.#head
    if (head === null) this.#to.takeOut(this)
    else if (head.arrivesAtMs <= this.#road.schedule.nowMs) this.#to.put(this)
    else {
      this.#to.takeOut(this)
      this.#journey ??= this.#road.schedule.at(head.arrivesAtMs, false, () => {
        this.#journey = null
        this.#announce()
      })
    }
  }

  #stopDelivering(): void {
    this.#to.takeOut(this)
    if (this.#journey !== null) this.#road.schedule.cancel(this.#journey)
    this.#journey = null
  }

  /** Drops `parcel` and all behind it; the caller mends the list. */
  #dropFrom(parcel: Parcel | null): void {
    let kept = 0
    for (let p = this.#head; p !== parcel; p = p!.next) kept++
    let index = kept
    for (let p = parcel; p !== null; p = p.next, index++) {
      if (index < this.#travelling) this.#travellingBytes -= p.bytes
      // In the window its loan has ended already, and is on its way back.
      else p.borrowed?.end()
      p.borrowed?.forget()
      p.borrowed = null
      if (p.death === null) this.#carried--
      p.settle()
    }
    this.#travelling = Math.min(this.#travelling, kept)
    this.#waiting = null
  }

  #giveBack(token: SendToken): void {
    const parcel = new Parcel(null, null, this.#road.sent++, null)
    const loan = new Loan(token, this.#from, parcel)
    loan.forget()
    loan.end()
  }
}

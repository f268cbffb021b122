/** One frame on its way, and the moment its sender gets the body's memory back. */

import { Frame } from '../../wire/frame.ts'
import type { SendToken, Sink } from '../transport.ts'
import type { Arrival, Inbox } from './inbox.ts'

/** Whoever waits in `flush()`: one per call, counting channels that still carry earlier frames. */
export interface Flush {
  channels: number
  readonly resolve: () => void
}

export class Parcel {
  readonly frame = new Frame()
  body: Uint8Array | null
  readonly bytes: number
  /** Set while the body is the sender's own memory. */
  borrowed: Loan | null = null
  readonly sentAt: number
  arrivesAtMs = 0
  next: Parcel | null = null
  /** Set on a parcel that tells of the sender's death instead of carrying a frame. */
  readonly death: string | null
  /** Calls of `flush()` that this is the last frame for. */
  flushes: Flush[] | null = null

  constructor(frame: Frame | null, body: Uint8Array | null, sentAt: number, death: string | null) {
    if (frame !== null) this.frame.copyFrom(frame)
    this.body = body
    this.bytes = body === null ? 0 : body.byteLength
    this.sentAt = sentAt
    this.death = death
  }

  /** The frame is at its destination, or never will be. */
  settle(): void {
    if (this.flushes === null) return
    for (const flush of this.flushes) if (--flush.channels === 0) flush.resolve()
    this.flushes = null
  }
}

/**
 * A borrowed body. It goes back to the sender by an event of its own, as soon as the frame is in the window:
 * if the dice bring that event first, the bytes are copied then, as when a kernel takes them; if they bring
 * the delivery first, the receiver sees what the memory holds at that moment. So a sender that overwrites
 * too early is found out under some seed, and one that counts on "released means received" as well.
 */
export class Loan implements Arrival {
  place = -1
  readonly sentAt: number
  readonly #token: SendToken
  readonly #lender: Inbox
  #parcel: Parcel | null

  constructor(token: SendToken, lender: Inbox, parcel: Parcel) {
    this.#token = token
    this.#lender = lender
    this.#parcel = parcel
    this.sentAt = parcel.sentAt
  }

  /** The body may go back from now on. */
  end(): void {
    this.#lender.put(this)
  }

  /** The transport has no more use for the body. */
  forget(): void {
    this.#parcel = null
  }

  deliver(sink: Sink): void {
    this.#lender.takeOut(this)
    const parcel = this.#parcel
    if (parcel !== null) {
      parcel.body = parcel.body!.slice()
      parcel.borrowed = null
    }
    sink.onReleased(this.#token)
  }
}

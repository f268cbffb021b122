/** One outgoing ZeroMQ message being filled: small frames are gathered, because a message costs 5 us. */

import type { Frame } from '../../wire/frame.ts'
import type { SendToken } from '../transport.ts'
import { HEAD_BYTES, type Head, padded, RECORD_BYTES, writeHead, writeRecord } from './wire.ts'

/** A batch takes no further record beyond this; 64 KiB is where a message stops costing more than its bytes. */
const FULL_BYTES = 64 << 10
/** Room for a few small frames; most batches carry one. */
const FIRST_BYTES = 512

/**
 * Up to this size zeromq copies inside `send`; above, its I/O thread reads our memory at some later time
 * and never says when it is done.
 */
const COPIED_BY_ZMQ = 128

export class Batch {
  #bytes = Buffer.allocUnsafeSlow(FIRST_BYTES)
  #view = new DataView(this.#bytes.buffer)
  #used = HEAD_BYTES
  /** The body of the last record, if it travels outside; the batch is closed then. */
  outside: Uint8Array | null = null
  /** Set if `outside` is borrowed. */
  token: SendToken | null = null
  /** What the batch counts against the window. */
  counted = 0

  /** Whether a record with `length` bytes of body inside (0 if it travels outside) may still be added. */
  hasRoom(length: number): boolean {
    return this.outside === null && this.#used + RECORD_BYTES + padded(length) <= FULL_BYTES
  }

  add(frame: Frame, body: Uint8Array | null): void {
    const length = body === null ? 0 : body.length
    const at = this.#reserve(RECORD_BYTES + padded(length))
    writeRecord(this.#view, at, frame, length, false)
    if (body === null || length === 0) return
    const from = at + RECORD_BYTES
    this.#bytes.set(body, from)
    // The memory is not zeroed: what it held before must not travel.
    this.#bytes.fill(0, from + length, from + padded(length))
  }

  addOutside(frame: Frame, body: Uint8Array, token: SendToken | null): void {
    const at = this.#reserve(RECORD_BYTES)
    writeRecord(this.#view, at, frame, body.length, true)
    this.outside = body
    this.token = token
    this.counted += body.length
  }

  /** The parts of the message, ready to be sent. */
  seal(head: Head): Uint8Array | Uint8Array[] {
    writeHead(this.#view, head)
    const first = new Uint8Array(this.#bytes.buffer, 0, this.#used)
    return this.outside === null ? first : [first, this.outside]
  }

  /** Empties the batch for another use; false if zeromq still reads its memory. */
  recycle(): boolean {
    if (this.#used > COPIED_BY_ZMQ) return false
    this.#used = HEAD_BYTES
    this.outside = null
    this.token = null
    this.counted = 0
    return true
  }

  #reserve(bytes: number): number {
    const at = this.#used
    const needed = at + bytes
    if (needed > this.#bytes.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(needed, Math.min(this.#bytes.length * 4, FULL_BYTES)))
      grown.set(this.#bytes.subarray(0, at))
      this.#bytes = grown
      this.#view = new DataView(grown.buffer)
    }
    this.#used = needed
    this.counted += bytes
    return at
  }
}

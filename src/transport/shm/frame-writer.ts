/**
 * Frames to one peer, as records of its ring: short ones whole, long bodies in a chunk of the pool. If others hold
 * all chunks, or it is longer than one, a long body goes through the ring in pieces, so that it depends on this
 * peer alone.
 */

import { encodeFrame, type Frame, FrameKind, HEADER_BYTES } from '../../wire/frame.ts'
import type { ShmLane } from './lane.ts'
import type { Pool } from './pool.ts'
import { aligned, headOf, RECORD_HEAD_BYTES, RecordKind } from './ring.ts'
import type { Segment } from './segment.ts'

/** Ranks beyond this do not fit beside the element type. */
const MAX_SOURCE = 0xff_ffff

const FRAME_HEAD_BYTES = RECORD_HEAD_BYTES + HEADER_BYTES

export class FrameWriter {
  readonly #segment: Segment
  readonly #pool: Pool
  readonly #peer: number
  readonly #lane: ShmLane
  /** How much of the frame that did not fit is in the ring already. */
  #begun = 0

  /** @param peer number of the peer on this host */
  constructor(segment: Segment, pool: Pool, peer: number, lane: ShmLane) {
    this.#segment = segment
    this.#pool = pool
    this.#peer = peer
    this.#lane = lane
  }

  /**
   * Copies a frame into shared memory. False: there is no room; try again with the same frame, and with no other
   * before it.
   */
  write(frame: Frame, body: Uint8Array | null): boolean {
    const bytes = body === null ? 0 : body.length
    if (bytes > this.#lane.maxBytes) return this.#writeLong(frame, body!)
    return isPlain(frame, bytes) ? this.#writeShort(frame, body, bytes) : this.#writeFrame(frame, body, bytes)
  }

  #writeShort(frame: Frame, body: Uint8Array | null, bytes: number): boolean {
    const { writer } = this.#lane
    const size = RECORD_HEAD_BYTES + aligned(bytes)
    const at = writer.reserve(size)
    if (at === 0) return false
    this.#writeHead(at, frame.context, frame.tag, frame.type | (frame.source << 8))
    if (bytes > 0) this.#segment.u8.set(body!, at + RECORD_HEAD_BYTES)
    writer.publish(at, size, headOf(RecordKind.SHORT, bytes))
    return true
  }

  #writeFrame(frame: Frame, body: Uint8Array | null, bytes: number): boolean {
    const { writer } = this.#lane
    const size = FRAME_HEAD_BYTES + aligned(bytes)
    const at = writer.reserve(size)
    if (at === 0) return false
    encodeFrame(frame, this.#segment.view, at + RECORD_HEAD_BYTES)
    if (bytes > 0) this.#segment.u8.set(body!, at + FRAME_HEAD_BYTES)
    writer.publish(at, size, headOf(RecordKind.FRAME, bytes))
    return true
  }

  #writeLong(frame: Frame, body: Uint8Array): boolean {
    if (this.#begun > 0 || body.length > this.#segment.layout.chunkBytes) return this.#writeParts(frame, body)
    const { writer } = this.#lane
    const at = writer.reserve(FRAME_HEAD_BYTES)
    if (at === 0) return false
    const chunk = this.#pool.take(this.#peer)
    if (chunk < 0) return this.#pool.isHeldBy(this.#peer) ? false : this.#writeParts(frame, body)
    this.#pool.fill(chunk, body)
    this.#writeHead(at, chunk, body.length, 0)
    encodeFrame(frame, this.#segment.view, at + RECORD_HEAD_BYTES)
    writer.publish(at, FRAME_HEAD_BYTES, headOf(RecordKind.CHUNK, 0))
    return true
  }

  #writeParts(frame: Frame, body: Uint8Array): boolean {
    const { writer, maxBytes } = this.#lane
    while (this.#begun < body.length) {
      const bytes = Math.min(maxBytes, body.length - this.#begun)
      const size = FRAME_HEAD_BYTES + aligned(bytes)
      const at = writer.reserve(size)
      if (at === 0) return false
      this.#writeHead(at, body.length, this.#begun, 0)
      encodeFrame(frame, this.#segment.view, at + RECORD_HEAD_BYTES)
      this.#segment.u8.set(body.subarray(this.#begun, this.#begun + bytes), at + FRAME_HEAD_BYTES)
      this.#begun += bytes
      const word = headOf(RecordKind.PART, bytes)
      if (this.#begun < body.length) writer.publishPart(at, size, word)
      else writer.publish(at, size, word)
      this.#lane.ring()
    }
    this.#begun = 0
    return true
  }

  #writeHead(at: number, a: number, b: number, c: number): void {
    const words = this.#segment.words
    words[(at >> 2) + 1] = a
    words[(at >> 2) + 2] = b
    words[(at >> 2) + 3] = c
  }
}

/** Whether a frame says nothing but what a short record can. */
function isPlain(frame: Frame, bytes: number): boolean {
  return (
    frame.kind === FrameKind.EAGER &&
    frame.bytes === bytes &&
    frame.source >= 0 &&
    frame.source <= MAX_SOURCE &&
    (frame.flags | frame.sendId | frame.recvId | frame.callKind | frame.callSeq | frame.callRoot) === 0 &&
    (frame.callOp | frame.callType) === 0 &&
    frame.offset === 0 &&
    frame.callCount === 0
  )
}

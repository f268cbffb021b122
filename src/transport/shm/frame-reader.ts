/** What a record that has come from a peer means: a frame, or a piece of one. */

import { decodeFrame, Frame, FrameKind, HEADER_BYTES } from '../../wire/frame.ts'
import { IncomingBody } from './incoming-body.ts'
import { poolAt } from './layout.ts'
import { chunkBytes, freeChunk } from './pool.ts'
import { aligned, bytesOf, kindOf, RECORD_HEAD_BYTES, RecordKind, type RingReader } from './ring.ts'
import type { Segment } from './segment.ts'

const FRAME_HEAD_BYTES = RECORD_HEAD_BYTES + HEADER_BYTES
const PLAIN = new Frame()
PLAIN.kind = FrameKind.EAGER
const EMPTY = new Uint8Array(0)

export class FrameReader {
  readonly #segment: Segment
  readonly #peer: number
  readonly #ring: RingReader
  readonly #incoming = new IncomingBody()

  /** @param peer number of the peer on this host */
  constructor(segment: Segment, peer: number, ring: RingReader) {
    this.#segment = segment
    this.#peer = peer
    this.#ring = ring
  }

  /**
   * Takes the next record and gives its frame to `use`, unless it is only a piece of one. `frame` is what it is
   * decoded to. False: there is no record.
   */
  read(frame: Frame, use: (frame: Frame, body: Uint8Array) => void): boolean {
    const ring = this.#ring
    const word = ring.next()
    if (word === 0) return false
    const at = ring.at
    const bytes = bytesOf(word)
    // Whatever `use` does with the ring finds what comes after this record, whose memory stays until it returns.
    ring.pin()
    try {
      switch (kindOf(word)) {
        case RecordKind.SHORT:
          ring.take(RECORD_HEAD_BYTES + aligned(bytes))
          this.#readPlain(frame, at, bytes)
          use(frame, this.#bytes(at + RECORD_HEAD_BYTES, bytes))
          break
        case RecordKind.FRAME:
          ring.take(FRAME_HEAD_BYTES + aligned(bytes))
          decodeFrame(frame, this.#segment.view, at + RECORD_HEAD_BYTES)
          use(frame, this.#bytes(at + FRAME_HEAD_BYTES, bytes))
          break
        case RecordKind.CHUNK:
          ring.take(FRAME_HEAD_BYTES)
          decodeFrame(frame, this.#segment.view, at + RECORD_HEAD_BYTES)
          this.#readChunk(frame, at, use)
          break
        default:
          this.#readPart(frame, at, bytes, use)
      }
    } finally {
      ring.unpin()
    }
    return true
  }

  #readPlain(frame: Frame, at: number, bytes: number): void {
    const words = this.#segment.words
    const head = at >> 2
    frame.copyFrom(PLAIN)
    frame.context = words[head + 1]! >>> 0
    frame.tag = words[head + 2]!
    frame.type = words[head + 3]! & 0xff
    frame.source = words[head + 3]! >>> 8
    frame.bytes = bytes
  }

  #readChunk(frame: Frame, at: number, use: (frame: Frame, body: Uint8Array) => void): void {
    const words = this.#segment.words
    const chunk = words[(at >> 2) + 1]!
    try {
      use(frame, chunkBytes(this.#segment, this.#peer, chunk, words[(at >> 2) + 2]!))
    } finally {
      freeChunk(this.#segment, poolAt(this.#segment.layout, this.#peer), chunk)
      // Its owner may wait for it.
      this.#ring.tellWriter()
    }
  }

  #readPart(frame: Frame, at: number, bytes: number, use: (frame: Frame, body: Uint8Array) => void): void {
    const words = this.#segment.words
    const size = FRAME_HEAD_BYTES + aligned(bytes)
    const total = words[(at >> 2) + 1]!
    const offset = words[(at >> 2) + 2]!
    decodeFrame(frame, this.#segment.view, at + RECORD_HEAD_BYTES)
    const body = this.#incoming.add(this.#bytes(at + FRAME_HEAD_BYTES, bytes), offset, total)
    if (body === null) return this.#ring.takePart(size)
    this.#ring.take(size)
    use(frame, body)
  }

  #bytes(at: number, length: number): Uint8Array {
    return length === 0 ? EMPTY : new Uint8Array(this.#segment.u8.buffer, at, length)
  }
}

/**
 * The short way between this rank and one peer: the ring to it, the ring from it, and nothing in between. This is
 * the hot path of everything, so it allocates nothing and calls little.
 */

import type { Raw, TypeCode } from '../../wire/datatype.ts'
import { decodeFrame, type Frame, FrameKind, HEADER_BYTES } from '../../wire/frame.ts'
import { type Lane, Next } from '../shared-memory.ts'
import { byteLength, copyIn, copyNew, copyOut } from './elements.ts'
import { longestBody, RankWord, rankAt, ringAt } from './layout.ts'
import { look } from './memory-order.ts'
import {
  aligned,
  bytesOf,
  headOf,
  kindOf,
  RECORD_HEAD_BYTES,
  RecordKind,
  RingReader,
  RingWriter,
} from './ring.ts'
import type { Segment } from './segment.ts'
import type { Sleepers } from './sleepers.ts'

export class ShmLane implements Lane {
  readonly maxBytes: number
  readonly writer: RingWriter
  readonly reader: RingReader
  /** Whether `put` must leave the ring alone: nothing was ever sent, or something waits for room already. */
  shut = true
  readonly #segment: Segment
  readonly #words: Int32Array
  readonly #sleepers: Sleepers
  readonly #peer: number
  readonly #waitingIndex: number
  readonly #open: () => boolean
  /** First word of the message that `peek` has found. */
  #word = 0

  /**
   * @param rank number of this rank on this host, `peer` that of the other one
   * @param open called by `put` while the lane is shut; false: it stays so
   */
  constructor(segment: Segment, sleepers: Sleepers, rank: number, peer: number, open: () => boolean) {
    const { layout } = segment
    this.#segment = segment
    this.#words = segment.words
    this.#sleepers = sleepers
    this.#peer = peer
    this.#waitingIndex = (rankAt(layout, peer) >> 2) + RankWord.WAITING
    this.#open = open
    this.maxBytes = longestBody(layout)
    this.writer = new RingWriter(segment, ringAt(layout, peer, rank))
    this.reader = new RingReader(segment, ringAt(layout, rank, peer), () => sleepers.wake(peer))
  }

  put(context: number, source: number, tag: number, type: TypeCode, value: Raw): boolean {
    const bytes = byteLength(type, value)
    if (bytes > this.maxBytes || (this.shut && !this.#open())) return false
    const size = RECORD_HEAD_BYTES + aligned(bytes)
    const at = this.writer.reserve(size)
    if (at === 0) return false
    const head = at >> 2
    this.#words[head + 1] = context
    this.#words[head + 2] = tag
    this.#words[head + 3] = type | (source << 8)
    copyIn(this.#segment, at + RECORD_HEAD_BYTES, type, value)
    this.writer.publish(at, size, headOf(RecordKind.SHORT, bytes))
    this.ring()
    return true
  }

  /** Wakes the peer if it sleeps: after every record that was published. */
  ring(): void {
    if (look(this.#words, this.#waitingIndex) !== 0) this.#sleepers.wake(this.#peer)
  }

  peek(): number {
    const word = this.reader.next()
    this.#word = word
    if (word === 0) return Next.NOTHING
    return kindOf(word) === RecordKind.SHORT ? Next.MESSAGE : Next.FRAME
  }

  get context(): number {
    return this.#words[(this.reader.at >> 2) + 1]! >>> 0
  }

  get source(): number {
    return this.#words[(this.reader.at >> 2) + 3]! >>> 8
  }

  get tag(): number {
    return this.#words[(this.reader.at >> 2) + 2]!
  }

  get type(): TypeCode {
    return this.#words[(this.reader.at >> 2) + 3]! & 0xff
  }

  get bytes(): number {
    return bytesOf(this.#word)
  }

  takeInto(into: Raw): void {
    const bytes = bytesOf(this.#word)
    copyOut(this.#segment, this.reader.at + RECORD_HEAD_BYTES, this.type, bytes, into)
    this.reader.take(RECORD_HEAD_BYTES + aligned(bytes))
  }

  takeNew(): Raw {
    const bytes = bytesOf(this.#word)
    const value = copyNew(this.#segment, this.reader.at + RECORD_HEAD_BYTES, this.type, bytes)
    this.reader.take(RECORD_HEAD_BYTES + aligned(bytes))
    return value
  }

  announcement(frame: Frame): boolean {
    if (kindOf(this.#word) !== RecordKind.FRAME) return false
    decodeFrame(frame, this.#segment.view, this.reader.at + RECORD_HEAD_BYTES)
    return frame.kind === FrameKind.RTS
  }

  takeAnnouncement(): void {
    this.reader.take(RECORD_HEAD_BYTES + HEADER_BYTES + aligned(bytesOf(this.#word)))
  }

  takeBytes<T>(use: (bytes: Uint8Array) => T): T {
    const bytes = bytesOf(this.#word)
    const view = new Uint8Array(this.#segment.u8.buffer, this.reader.at + RECORD_HEAD_BYTES, bytes)
    this.reader.pin()
    this.reader.take(RECORD_HEAD_BYTES + aligned(bytes))
    try {
      return use(view)
    } finally {
      this.reader.unpin()
    }
  }
}

/**
 * A ring: the records from one rank to another, in order. One rank writes, one reads, and neither waits.
 *
 * A record is a head of 16 bytes, whose first word holds kind and length and is stored last: it is 0 until the
 * record can be read. So the writer stores one word atomically per record and the reader looks at one word, and
 * neither looks at the other's position: the writer asks for the reader's only when the ring looks full, and the
 * reader publishes it when it finds nothing more, and before a quarter of the ring has gathered. A record that
 * would not fit before the end leaves a skip there and begins at the start.
 *
 *     0  i32  kind | bytes << 3        8   i32  tag
 *     4  u32  context                 12   u32  type | source << 8
 *    16       the body (SHORT), or the header of a frame and then its body
 *
 * Positions count bytes for ever, as 32-bit numbers that wrap around; only their differences mean anything.
 */

import { RING_HEAD_BYTES, RingWord } from './layout.ts'
import { look } from './memory-order.ts'
import type { Segment } from './segment.ts'

/** What a record is. 0 in a head's first word: nothing has been written yet. */
export const RecordKind = {
  /** A message without anything unusual: its header is in the head, its body behind it. */
  SHORT: 1,
  /** A frame: its header behind the head, then its body. */
  FRAME: 2,
  /** A frame whose body is in the sender's chunk of number `context`, `tag` bytes of it. */
  CHUNK: 3,
  /** A piece of a frame whose body, `context` bytes, comes in several records; this one belongs at `tag`. */
  PART: 4,
  /** Nothing; the next record is at the start of the ring. */
  SKIP: 5,
} as const

export const RECORD_HEAD_BYTES = 16
/** Lowest bits of a head's first word. */
const KIND_BITS = 3

export function kindOf(word: number): number {
  return word & ((1 << KIND_BITS) - 1)
}

/** Bytes of body in the record itself. */
export function bytesOf(word: number): number {
  return word >>> KIND_BITS
}

export function headOf(kind: number, bytes: number): number {
  return (bytes << KIND_BITS) | kind
}

export function aligned(bytes: number): number {
  return (bytes + 7) & ~7
}

export class RingWriter {
  /** Frames written. */
  frames = 0
  /** Bytes written, skips included. */
  head = 0
  readonly #words: Int32Array
  readonly #control: number
  readonly #data: number
  readonly #bytes: number
  /** `head` may come so far before the reader's position must be asked for. */
  #limit: number

  /** @param at where the ring's head is in the segment */
  constructor(segment: Segment, at: number) {
    this.#words = segment.words
    this.#control = at >> 2
    this.#data = at + RING_HEAD_BYTES
    this.#bytes = segment.layout.ringBytes
    this.#limit = this.#bytes
  }

  /** Where in the segment a record of `size` bytes, head included, can be written now; 0: there is no room. */
  reserve(size: number): number {
    const at = this.head & (this.#bytes - 1)
    if (at + size > this.#bytes) return this.#skip(at, size)
    // Room for the first word of the next record too.
    if (((this.head + size + 8 - this.#limit) | 0) > 0 && !this.#hasRoom(size + 8)) return 0
    return this.#data + at
  }

  /** Shows the reader the record of `size` bytes written at `at`. */
  publish(at: number, size: number, word: number): void {
    this.head = (this.head + size) | 0
    this.frames = (this.frames + 1) | 0
    this.#words[(this.#data + (this.head & (this.#bytes - 1))) >> 2] = 0
    Atomics.store(this.#words, at >> 2, word)
  }

  /** As `publish`, for a record that is not the end of its frame. */
  publishPart(at: number, size: number, word: number): void {
    this.frames = (this.frames - 1) | 0
    this.publish(at, size, word)
  }

  /** Frames that the reader is known to have taken. */
  get taken(): number {
    look(this.#words, this.#control + RingWord.TAKEN_BYTES)
    return this.#words[this.#control + RingWord.TAKEN_FRAMES]!
  }

  /** Asks the reader to wake this rank whenever it has taken something, or no longer. */
  want(yes: boolean): void {
    Atomics.store(this.#words, this.#control + RingWord.WANTS, yes ? 1 : 0)
  }

  #skip(at: number, size: number): number {
    const rest = this.#bytes - at
    if (((this.head + rest + size + 8 - this.#limit) | 0) > 0 && !this.#hasRoom(rest + size + 8)) return 0
    this.head = (this.head + rest) | 0
    this.#words[this.#data >> 2] = 0
    Atomics.store(this.#words, (this.#data + at) >> 2, RecordKind.SKIP)
    return this.#data
  }

  #hasRoom(bytes: number): boolean {
    const taken = Atomics.load(this.#words, this.#control + RingWord.TAKEN_BYTES)
    this.#limit = (taken + this.#bytes) | 0
    return ((this.head + bytes - this.#limit) | 0) <= 0
  }
}

export class RingReader {
  readonly #words: Int32Array
  readonly #control: number
  readonly #data: number
  readonly #bytes: number
  readonly #onWanted: () => void
  /** Bytes and frames taken; `#published` is what the writer knows. */
  #taken = 0
  #frames = 0
  #published = 0
  /** While a record is looked at although it has been taken, the writer must not get its memory back. */
  #pins = 0
  #misses = 0

  /** @param onWanted called when the writer, who may sleep, wants to know what has been taken */
  constructor(segment: Segment, at: number, onWanted: () => void) {
    this.#words = segment.words
    this.#control = at >> 2
    this.#data = at + RING_HEAD_BYTES
    this.#bytes = segment.layout.ringBytes
    this.#onWanted = onWanted
  }

  /** Where in the segment the next record is, or will be. */
  get at(): number {
    return this.#data + (this.#taken & (this.#bytes - 1))
  }

  /** First word of the next record; 0: there is none yet. */
  next(): number {
    const word = look(this.#words, this.at >> 2)
    if (word === 0) {
      if (this.#taken !== this.#published) this.publish()
      // See memory-order.ts: callers look in loops.
      if ((++this.#misses & 63) === 0) Atomics.load(this.#words, this.at >> 2)
      return 0
    }
    return word === RecordKind.SKIP ? this.#skip() : word
  }

  /** Takes the record of `size` bytes, which is a frame or the end of one. */
  take(size: number): void {
    this.#frames = (this.#frames + 1) | 0
    this.takePart(size)
  }

  /** Takes a record that is not the end of its frame. */
  takePart(size: number): void {
    this.#taken = (this.#taken + size) | 0
    if (((this.#taken - this.#published) | 0) >= this.#bytes >> 2) this.publish()
  }

  /** From now until `unpin` the memory of records that are taken stays as it is. */
  pin(): void {
    this.#pins++
  }

  unpin(): void {
    this.#pins--
  }

  /** Bytes taken so far, which wraps around. */
  get position(): number {
    return this.#taken
  }

  /** Tells the writer what has been taken. */
  publish(): void {
    if (this.#pins > 0) return
    this.#published = this.#taken
    this.#words[this.#control + RingWord.TAKEN_FRAMES] = this.#frames
    Atomics.store(this.#words, this.#control + RingWord.TAKEN_BYTES, this.#taken)
    this.tellWriter()
  }

  /** Wakes the writer if it waits for something that this rank has just given back. */
  tellWriter(): void {
    if (look(this.#words, this.#control + RingWord.WANTS) !== 0) this.#onWanted()
  }

  #skip(): number {
    this.#taken = (this.#taken + this.#bytes - (this.#taken & (this.#bytes - 1))) | 0
    return this.next()
  }
}

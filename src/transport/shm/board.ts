/**
 * A board in the memory that the ranks of a host share.
 *
 * For each rank a part that only this rank writes:
 *
 *     line 0     word 0: the last round it has left
 *     line 1     words: calls made, key after them, whether it has closed, whom it waits for in which round
 *     lines 2-3  records of its last calls that went by messages, or in which it waited, 8 x 32 bytes
 *
 * and, behind those of all ranks, its cells: 64 bytes of head, then data.
 *
 *     word 0      round, stored last
 *     word 1      element type, and whether the data is elsewhere
 *     words 2-7   doubles: bytes shown, total, address
 *     words 8-15  record of the call
 *
 * A record: number of the call + 1, kind + op + type, root, key, count (a double). Memory of zeros is a board
 * that nobody has used.
 *
 * A look at another rank costs one line while it has not come, and with a short block one more.
 */

import { InvariantError, invariant } from '../../errors.ts'
import { Block } from '../../wire/block.ts'
import { ctorOf, elementSize, ITEM, type Raw, type TypeCode, typeOfCtor } from '../../wire/datatype.ts'
import {
  ELSEWHERE as AWAITED_ELSEWHERE,
  type Board,
  type CallNote,
  Disagreement,
  NOBODY,
  Unreadable,
} from '../board.ts'
import { BOARD_RANK_BYTES, CELL_BYTES, CELL_HEAD_BYTES, CELLS, LINE_BYTES } from './layout.ts'
import { look } from './memory-order.ts'

/** What a board needs of the rest of shared memory. Ranks are the board's. */
export interface PeerMemory {
  readonly canFetch: boolean
  expose(block: Block): number
  fetch(rank: number, address: number, offset: number, into: Block): boolean
}

/** Called after every change that others may wait for, with who of them does. */
export interface Waker {
  wake(concerns: (rank: number) => boolean): void
}

export interface BoardOptions {
  readonly buffer: ArrayBufferLike
  readonly byteOffset: number
  readonly rank: number
  readonly size: number
  readonly memory: PeerMemory
  readonly waker: Waker
  /** For tests. */
  readonly cells?: number
  readonly cellBytes?: number
}

/** Of the line, only so much is a head: data begins in the half that is fetched with it. */
const HEAD_BYTES = 64
const HEAD_WORDS = HEAD_BYTES / 4
const LINE_WORDS = LINE_BYTES / 4
/** Index of words in a rank's own part. */
const Own = {
  LEFT: 0,
  CALLS: LINE_WORDS,
  KEY: LINE_WORDS + 1,
  CLOSED: LINE_WORDS + 2,
  AWAITS: LINE_WORDS + 3,
  AWAITS_ROUND: LINE_WORDS + 4,
  RECORDS: 2 * LINE_WORDS,
} as const
/** In AWAITS: 0 stands for any rank, other numbers for a rank and this, or for none. */
const AWAITS_RANK = 1
const AWAITS_NOBODY = -1
/** Index of words in a head. */
const Head = { ROUND: 0, WHAT: 1, BYTES: 2, TOTAL: 4, ADDRESS: 6, RECORD: 8 } as const
/** Index of words in a record. */
const Rec = { SEQ: 0, CALL: 1, ROOT: 2, KEY: 3, COUNT: 4 } as const
const RECORD_WORDS = 8
const RECORDS = (BOARD_RANK_BYTES - 2 * LINE_BYTES) / (4 * RECORD_WORDS)
/** In a head's WHAT: the data is in its owner's memory. */
const ELSEWHERE = 256
const FLOAT64 = typeOfCtor(Float64Array)!
const UINT8 = typeOfCtor(Uint8Array)!
/** Up to so many bytes a loop over doubles beats a copy by the engine. */
const FEW_BYTES = 64

/** Length of a board, in bytes. */
export function boardBytes(size: number, cells: number = CELLS, cellBytes: number = CELL_BYTES): number {
  return size * (BOARD_RANK_BYTES + cells * (CELL_HEAD_BYTES + cellBytes))
}

export class SharedBoard implements Board {
  readonly rank: number
  readonly size: number
  readonly cellBytes: number
  awaited: number
  readonly #memory: PeerMemory
  readonly #waker: Waker
  readonly #cells: number
  readonly #words: Int32Array
  readonly #doubles: Float64Array
  readonly #bytes: Uint8Array
  /** In words. */
  readonly #cellsAt: number
  readonly #cellWords: number
  readonly #own: number
  /** The round this rank is in, and the words from the beginning of a rank's cells to the one for it. */
  #round = 0
  #inCells = 0
  /** A round that all others are known to have left. */
  #safe = 0
  #calls = 0
  // The record of the call that is being made.
  #seq = 0
  #call = 0
  #root = 0
  #key = 0
  #count = 0
  /** The call whose record was written for those who wait. */
  #told = 0
  /** What AWAITS and AWAITS_ROUND say. */
  #awaits = 0
  #awaitsRound = 0
  // What `awaited` is about: seeing the rank's part of this round, or its having left another.
  #waitsToSee = false
  #roundAwaited = 0
  /** What this rank shows by saying where it is: held, so that it stays there. */
  #lent: Block | null = null
  readonly #views: (Raw | undefined)[]
  readonly #viewTypes: Uint8Array
  readonly #viewOffsets: Uint32Array
  readonly #scratch: ArrayBuffer[] = []
  /** Whether what this rank has done in its round is what `peer` waits for. */
  readonly #concerns = (peer: number): boolean => {
    const own = this.#ownOf(peer)
    const awaits = Atomics.load(this.#words, own + Own.AWAITS)
    if (awaits !== this.rank + AWAITS_RANK) return awaits === 0
    return ((this.#round - Atomics.load(this.#words, own + Own.AWAITS_ROUND)) | 0) >= 0
  }
  /** Whether it is news for `peer`, who waits for this rank, in which call this rank is. */
  readonly #surprises = (peer: number): boolean => {
    const own = this.#ownOf(peer)
    const awaits = Atomics.load(this.#words, own + Own.AWAITS)
    if (awaits !== this.rank + AWAITS_RANK) return awaits === 0
    return this.#words[own + Own.CALLS] !== this.#calls || this.#words[own + Own.KEY] !== this.#key
  }

  constructor({ buffer, byteOffset, rank, size, memory, waker, ...sizes }: BoardOptions) {
    const { cells = CELLS, cellBytes = CELL_BYTES } = sizes
    invariant(byteOffset % LINE_BYTES === 0 && cellBytes % 8 === 0, 'a board of odd sizes')
    this.rank = rank
    this.awaited = rank
    this.size = size
    this.cellBytes = cellBytes
    this.#memory = memory
    this.#waker = waker
    this.#cells = cells
    const bytes = boardBytes(size, cells, cellBytes)
    this.#words = new Int32Array(buffer, byteOffset, bytes / 4)
    this.#doubles = new Float64Array(buffer, byteOffset, bytes / 8)
    this.#bytes = new Uint8Array(buffer, byteOffset, bytes)
    this.#cellsAt = (size * BOARD_RANK_BYTES) / 4
    this.#cellWords = (CELL_HEAD_BYTES + cellBytes) / 4
    this.#own = (rank * BOARD_RANK_BYTES) / 4
    this.#views = new Array(size * cells)
    this.#viewTypes = new Uint8Array(size * cells)
    this.#viewOffsets = new Uint32Array(size * cells)
  }

  /** Asked only when it matters: finding out takes a moment. */
  get canFetch(): boolean {
    return this.#memory.canFetch
  }

  // ---- calls ----------------------------------------------------------------------------------

  begin(
    seq: number,
    kind: number,
    root: number,
    op: number,
    type: TypeCode,
    count: number,
    exact: boolean,
  ): void {
    let key = Math.imul(this.#key ^ (kind | (op << 8)), 0x9e3779b1) ^ (root + 1)
    if (exact) key = Math.imul(key ^ type ^ (key >>> 15), 0x85ebca6b) ^ count
    key = Math.imul(key ^ (key >>> 13), 0xc2b2ae35)
    this.#key = key
    this.#seq = (seq + 1) | 0
    this.awaited = this.rank
    this.#call = kind | (op << 8) | (type << 16)
    this.#root = root
    this.#count = count
    const words = this.#words
    // In this order, and read the other way round: who sees the number sees the key that belongs to it.
    words[this.#own + Own.KEY] = key
    words[this.#own + Own.CALLS] = ++this.#calls
  }

  note(
    seq: number,
    kind: number,
    root: number,
    op: number,
    type: TypeCode,
    count: number,
    exact: boolean,
  ): void {
    this.begin(seq, kind, root, op, type, count, exact)
    this.#tell()
  }

  /** Writes the record of this rank's call where those look who wait for this rank in vain. */
  #tell(): void {
    if (this.#told === this.#seq) return
    this.#told = this.#seq
    const at = this.#own + Own.RECORDS + (((this.#seq - 1) >>> 0) % RECORDS) * RECORD_WORDS
    // Whoever looks in the middle of this must not take the rest for that of this call.
    Atomics.store(this.#words, at + Rec.SEQ, 0)
    this.#record(at)
    // Nobody is to see this record who cannot see what was shown before it.
    Atomics.store(this.#words, at + Rec.SEQ, this.#seq)
    this.#waker.wake(this.#surprises)
  }

  examine(): boolean {
    this.#tell()
    const peer = this.awaited
    const isNew = this.#await(peer)
    if (peer < 0) return isNew
    const words = this.#words
    const at = this.#ownOf(peer) + Own.RECORDS + (((this.#seq - 1) >>> 0) % RECORDS) * RECORD_WORDS
    const seq = words[at + Rec.SEQ]!
    if (seq !== 0 && seq === this.#seq && words[at + Rec.KEY] !== this.#key) throw new Disagreement(peer)
    const isPast = seq !== 0 && ((seq - this.#seq) | 0) > 0
    if (!this.#waitsToSee) {
      if (isPast && !this.#hasLeft(peer, this.#roundAwaited)) throw new Disagreement(peer)
      return isNew
    }
    const hasPassed = this.#hasLeft(peer, this.#round)
    // Looked at last: it may have come after the looks above.
    if ((isPast || hasPassed) && !this.#hasShown(peer)) throw new Disagreement(peer)
    return isNew
  }

  /** Says by whose changes, from which round on, this rank wants to be woken. True: it was others' until now. */
  #await(peer: number): boolean {
    const isAnybody = peer === NOBODY || peer === this.rank
    const awaits = isAnybody ? 0 : peer === AWAITED_ELSEWHERE ? AWAITS_NOBODY : peer + AWAITS_RANK
    const round = this.#waitsToSee ? this.#round : this.#roundAwaited
    if (awaits === this.#awaits && (awaits <= 0 || round === this.#awaitsRound)) return false
    this.#awaits = awaits
    this.#awaitsRound = round
    // In this order, and read the other way round.
    Atomics.store(this.#words, this.#own + Own.AWAITS_ROUND, round)
    Atomics.store(this.#words, this.#own + Own.AWAITS, awaits)
    return true
  }

  callsOf(peer: number): CallNote[] {
    const calls: CallNote[] = []
    for (let i = 0; i < RECORDS; i++)
      this.#readRecord(this.#ownOf(peer) + Own.RECORDS + i * RECORD_WORDS, calls)
    for (let cell = 0; cell < this.#cells; cell++) {
      this.#readRecord(this.#cellsAt + (peer * this.#cells + cell) * this.#cellWords + Head.RECORD, calls)
    }
    return calls
  }

  progressOf(peer: number): { calls: number; key: number; hasClosed: boolean } {
    const own = this.#ownOf(peer)
    const words = this.#words
    return {
      calls: words[own + Own.CALLS]!,
      key: words[own + Own.KEY]!,
      hasClosed: words[own + Own.CLOSED] === 1,
    }
  }

  close(): void {
    Atomics.store(this.#words, this.#own + Own.CLOSED, 1)
  }

  reset(): void {
    for (let rank = 0; rank < this.size; rank++) {
      const own = this.#ownOf(rank)
      this.#words.fill(0, own, own + BOARD_RANK_BYTES / 4)
      for (let cell = 0; cell < this.#cells; cell++) {
        const head = this.#cellsAt + (rank * this.#cells + cell) * this.#cellWords
        this.#words.fill(0, head, head + HEAD_BYTES / 4)
      }
    }
  }

  // ---- showing --------------------------------------------------------------------------------

  isFree(): boolean {
    const wanted = (this.#round + 1 - this.#cells) | 0
    if (((this.#safe - wanted) | 0) >= 0) return true
    let least = this.#round
    for (let peer = 0; peer < this.size; peer++) {
      if (peer === this.rank) continue
      const left = Atomics.load(this.#words, this.#ownOf(peer) + Own.LEFT)
      if (((left - wanted) | 0) < 0) return this.#awaitLeft(peer, wanted)
      if (((left - least) | 0) < 0) least = left
    }
    this.#safe = least
    return true
  }

  show(block: Block | null, total: number = block === null ? 0 : block.byteLength): boolean {
    const head = this.#nextHead()
    const words = this.#words
    const doubles = this.#doubles
    const bytes = block === null ? 0 : block.byteLength
    let what = block === null ? ITEM : block.type
    if (bytes > this.cellBytes) {
      this.#lend(block!)
      what |= ELSEWHERE
      doubles[(head + Head.ADDRESS) >> 1] = this.#memory.expose(this.#lent!)
    } else if (bytes > 0) this.#copyIn(block!, head)
    words[head + Head.WHAT] = what
    doubles[(head + Head.BYTES) >> 1] = bytes
    doubles[(head + Head.TOTAL) >> 1] = total
    this.#publish(head)
    return bytes > this.cellBytes
  }

  showArray(array: Raw, type: TypeCode, total = array.length * elementSize(type)): void {
    const head = this.#nextHead()
    const { length } = array
    const bytes = length * elementSize(type)
    if (type === FLOAT64 && bytes <= FEW_BYTES) {
      const at = (head + HEAD_WORDS) >> 1
      for (let i = 0; i < length; i++) this.#doubles[at + i] = (array as Float64Array)[i]!
    } else if (type === UINT8 && bytes <= FEW_BYTES / 4) {
      const at = (head + HEAD_WORDS) * 4
      for (let i = 0; i < length; i++) this.#bytes[at + i] = (array as Uint8Array)[i]!
    } else if (length > 0)
      (this.#view(this.rank, head, type, 0, length) as Uint8Array).set(array as Uint8Array)
    this.#words[head + Head.WHAT] = type
    this.#doubles[(head + Head.BYTES) >> 1] = bytes
    this.#doubles[(head + Head.TOTAL) >> 1] = total
    this.#publish(head)
  }

  showNumber(value: number): void {
    const head = this.#nextHead()
    const doubles = this.#doubles
    this.#words[head + Head.WHAT] = FLOAT64
    doubles[(head + Head.BYTES) >> 1] = 8
    doubles[(head + Head.TOTAL) >> 1] = 8
    doubles[(head + HEAD_WORDS) >> 1] = value
    this.#publish(head)
  }

  pass(): void {
    this.#nextHead()
  }

  /** Goes on to the next round; the head of this rank's cell for it. */
  #nextHead(): number {
    this.#lent = null
    this.#round = (this.#round + 1) | 0
    this.#inCells = this.#inCells + 1 === this.#cells ? 0 : this.#inCells + 1
    return this.#headOf(this.rank)
  }

  #publish(head: number): void {
    this.#record(head + Head.RECORD)
    this.#words[head + Head.RECORD + Rec.SEQ] = this.#seq
    Atomics.store(this.#words, head + Head.ROUND, this.#round)
    this.#waker.wake(this.#concerns)
  }

  /** All but the number of the call, which makes a record valid. */
  #record(at: number): void {
    const words = this.#words
    words[at + Rec.CALL] = this.#call
    words[at + Rec.ROOT] = this.#root
    words[at + Rec.KEY] = this.#key
    this.#doubles[(at + Rec.COUNT) >> 1] = this.#count
  }

  #lend(block: Block): void {
    invariant(this.canFetch, `a block of ${block.byteLength} bytes does not fit a board's cell`)
    this.#lent = block
    if (this.#memory.expose(block) !== 0) return
    // Memory that the engine may move, for instance.
    this.#lent = Block.allocate(block.type, block.byteLength)
    this.#lent.set(block)
    if (this.#memory.expose(this.#lent) === 0) throw new InvariantError('a block has no address')
  }

  #copyIn(block: Block, head: number): void {
    const bytes = block.byteLength
    if (block.type === FLOAT64 && bytes <= FEW_BYTES) {
      const from = block.array()
      const at = (head + HEAD_WORDS) >> 1
      for (let i = 0; i < from.length; i++) this.#doubles[at + i] = from[i] as number
    } else this.#bytes.set(block.bytes(), (head + HEAD_WORDS) * 4)
  }

  // ---- reading --------------------------------------------------------------------------------

  came(peer: number): boolean {
    const head = this.#headOf(peer)
    const words = this.#words
    if (look(words, head + Head.ROUND) !== this.#round) {
      this.awaited = peer
      this.#waitsToSee = true
      return false
    }
    if (words[head + Head.RECORD + Rec.KEY] !== this.#key) throw new Disagreement(peer)
    return true
  }

  allCame(): boolean {
    const { size, rank } = this
    for (let peer = rank + 1; peer < size; peer++) if (!this.came(peer)) return false
    for (let peer = 0; peer < rank; peer++) if (!this.came(peer)) return false
    // Who shows its part of a round has done with the one before.
    this.#safe = (this.#round - 1) | 0
    return true
  }

  typeOf(peer: number): TypeCode {
    return this.#words[this.#headOf(peer) + Head.WHAT]! & (ELSEWHERE - 1)
  }

  bytesOf(peer: number): number {
    return this.#doubles[(this.#headOf(peer) + Head.BYTES) >> 1]!
  }

  totalOf(peer: number): number {
    return this.#doubles[(this.#headOf(peer) + Head.TOTAL) >> 1]!
  }

  numberOf(peer: number): number {
    return this.#doubles[(this.#headOf(peer) + HEAD_WORDS) >> 1]!
  }

  readArray(peer: number, type: TypeCode, from: number, count: number, into: Raw, to: number): void {
    const head = this.#headOf(peer)
    if (type === FLOAT64 && count <= FEW_BYTES / 8) {
      const at = ((head + HEAD_WORDS) >> 1) + from
      for (let i = 0; i < count; i++) (into as Float64Array)[to + i] = this.#doubles[at + i]!
    } else if (type === UINT8 && count <= FEW_BYTES / 4) {
      const at = (head + HEAD_WORDS) * 4 + from
      for (let i = 0; i < count; i++) (into as Uint8Array)[to + i] = this.#bytes[at + i]!
    } else if (count > 0) {
      const shown = this.#view(peer, head, type, from * into.BYTES_PER_ELEMENT, count)
      ;(into as Uint8Array).set(shown as Uint8Array, to)
    }
  }

  read(peer: number, offset: number, into: Block): void {
    const length = into.byteLength
    if (length === 0) return
    const head = this.#headOf(peer)
    if (this.#words[head + Head.WHAT]! & ELSEWHERE) {
      if (peer === this.rank) into.bytes().set(this.#lent!.bytes(offset, length))
      else this.#fetch(peer, head, offset, into)
      return
    }
    const at = (head + HEAD_WORDS) * 4 + offset
    if (into.type === FLOAT64 && length <= FEW_BYTES) {
      const to = into.array()
      for (let i = 0; i < to.length; i++) to[i] = this.#doubles[(at >> 3) + i]!
    } else into.bytes().set(this.#bytes.subarray(at, at + length))
  }

  operand(peer: number, type: TypeCode, offset: number, count: number, scratch: number): Raw {
    const head = this.#headOf(peer)
    const ctor = ctorOf(type)!
    if ((this.#words[head + Head.WHAT]! & ELSEWHERE) === 0) return this.#view(peer, head, type, offset, count)
    if (peer === this.rank) return new ctor(this.#lent!.buffer, this.#lent!.byteOffset + offset, count)
    const bytes = count * ctor.BYTES_PER_ELEMENT
    const fetched = new Block(type, this.scratch(scratch, bytes), 0, bytes)
    this.#fetch(peer, head, offset, fetched)
    return fetched.array()
  }

  scratch(index: number, bytes: number): ArrayBuffer {
    let memory = this.#scratch[index]
    if (memory === undefined || memory.byteLength < bytes) {
      memory = new ArrayBuffer(bytes)
      this.#scratch[index] = memory
    }
    return memory
  }

  #fetch(peer: number, head: number, offset: number, into: Block): void {
    const address = this.#doubles[(head + Head.ADDRESS) >> 1]!
    if (!this.#memory.fetch(peer, address, offset, into)) throw new Unreadable(peer)
  }

  /** An array on a cell. Making one takes longer than reading a few elements, so the last one is kept. */
  #view(peer: number, head: number, type: TypeCode, offset: number, count: number): Raw {
    const at = peer * this.#cells + this.#inCells
    const kept = this.#views[at]
    if (kept !== undefined && kept.length === count) {
      if (this.#viewTypes[at] === type && this.#viewOffsets[at] === offset) return kept
    }
    const start = this.#words.byteOffset + (head + HEAD_WORDS) * 4 + offset
    const view = new (ctorOf(type)!)(this.#words.buffer, start, count)
    this.#views[at] = view
    this.#viewTypes[at] = type
    this.#viewOffsets[at] = offset
    return view
  }

  // ---- leaving --------------------------------------------------------------------------------

  leave(): void {
    Atomics.store(this.#words, this.#own + Own.LEFT, this.#round)
    this.#waker.wake(this.#concerns)
  }

  left(peer: number): boolean {
    return this.#hasLeft(peer, this.#round) || this.#awaitLeft(peer, this.#round)
  }

  allLeft(): boolean {
    for (let peer = 0; peer < this.size; peer++) if (peer !== this.rank && !this.left(peer)) return false
    this.#safe = this.#round
    return true
  }

  #awaitLeft(peer: number, round: number): false {
    this.awaited = peer
    this.#waitsToSee = false
    this.#roundAwaited = round
    return false
  }

  #hasLeft(peer: number, round: number): boolean {
    return ((Atomics.load(this.#words, this.#ownOf(peer) + Own.LEFT) - round) | 0) >= 0
  }

  #hasShown(peer: number): boolean {
    return Atomics.load(this.#words, this.#headOf(peer) + Head.ROUND) === this.#round
  }

  // ---- places ---------------------------------------------------------------------------------

  #ownOf(peer: number): number {
    return (peer * BOARD_RANK_BYTES) >> 2
  }

  /** The head of a rank's cell for this round. */
  #headOf(peer: number): number {
    return this.#cellsAt + (peer * this.#cells + this.#inCells) * this.#cellWords
  }

  #readRecord(at: number, calls: CallNote[]): void {
    const words = this.#words
    const seq = words[at + Rec.SEQ]!
    if (seq === 0) return
    const call = words[at + Rec.CALL]!
    calls.push({
      seq: (seq - 1) >>> 0,
      kind: call & 255,
      op: (call >>> 8) & 255,
      type: (call >>> 16) & 255,
      root: words[at + Rec.ROOT]!,
      count: this.#doubles[(at + Rec.COUNT) >> 1]!,
    })
  }
}

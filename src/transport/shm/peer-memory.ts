/**
 * Reads from the memory of the other ranks: one copy, made by the receiver, where chunks need two.
 *
 * The kernel does it (process_vm_readv) if it is allowed to; that is tried once, on a word of another rank, or on
 * one of this rank if no other has come yet. What lies in common memory is exposed by its place instead, as a
 * negative number, and needs no kernel.
 *
 * The kernel copies page by page, and from 1 MiB on pages of 4 KiB make it half as fast as pages of 2 MiB. So memory
 * that is used for long messages again and again is put in large pages, once, as other libraries register memory.
 */

import { Block } from '../../wire/block.ts'
import { RankWord, rankAt } from './layout.ts'
import type { Segment } from './segment.ts'

/** How memory of other processes is read. */
export interface ProcessReader {
  addressOf(buffer: ArrayBufferLike): number
  /** Puts memory of this process in large pages. False: it cannot, at least not all of it. */
  collapse(address: number, bytes: number): boolean
  /** Copies `bytes` bytes at address `from` of process `pid` to address `to` here. False: the kernel refuses. */
  read(pid: number, from: number, to: number, bytes: number): boolean
}

/** What every rank has at the address that it publishes. */
const PROBE = 0x7453_4d50

const LARGE_PAGE_BYTES = 2 << 20
/** Longer blocks are left as they are: it takes about a millisecond per MiB, once. */
const LONGEST_COLLAPSED_BYTES = 32 << 20
/** A buffer used so often is likely to be used again. */
const USES_UNTIL_COLLAPSED = 3

/** What is known of a buffer. Its memory stays where it is for as long as it has any. */
interface Known {
  readonly address: number
  /** For long blocks. */
  uses: number
}

export class PeerMemory {
  readonly #segment: Segment
  readonly #own: number
  readonly #reader: ProcessReader | null
  /** Held for as long as others may read it. */
  readonly #probe = new Int32Array(new ArrayBuffer(8)).fill(PROBE)
  readonly #known = new WeakMap<ArrayBufferLike, Known>()
  #canFetch: boolean | null = null

  /** @param own number of this rank on this host */
  constructor(segment: Segment, own: number, reader: ProcessReader | null) {
    this.#segment = segment
    this.#own = own
    this.#reader = reader
    this.#publish(reader)
  }

  get canFetch(): boolean {
    this.#canFetch ??= this.#reader !== null && this.#tryOut(this.#reader)
    return this.#canFetch
  }

  /** Where others find `block`; 0: nowhere. */
  expose(block: Block): number {
    const { buffer, byteOffset, byteLength } = block
    if (byteLength === 0 || byteOffset + byteLength > buffer.byteLength) return 0
    const place = this.#segment.placeOf(buffer)
    if (place > 0) return -(place + byteOffset)
    return this.canFetch ? this.#addressOf(block) : 0
  }

  /** Copies from what the rank of this number on this host has exposed at `address`. False: it cannot. */
  fetch(number: number, address: number, offset: number, into: Block): boolean {
    const bytes = into.byteLength
    if (bytes === 0) return true
    if (address < 0) return this.#copy(-address + offset, into)
    if (into.byteOffset + bytes > into.buffer.byteLength)
      throw new RangeError('the memory was transferred elsewhere')
    if (this.#reader === null || address === 0) return false
    const pid = this.#word(number, RankWord.PID)
    return this.#reader.read(pid, address + offset, this.#addressOf(into), bytes)
  }

  /** Whether a rank may still look at this memory: its process is there. */
  isRunning(number: number): boolean {
    const pid = this.#word(number, RankWord.PID)
    if (pid === 0) return false
    try {
      return process.kill(pid, 0)
    } catch (error) {
      return (error as NodeJS.ErrnoException).code !== 'ESRCH'
    }
  }

  #copy(place: number, into: Block): boolean {
    const { buffer, at } = this.#segment.find(place, into.byteLength)
    into.set(new Block(into.type, buffer, at, into.byteLength))
    return true
  }

  #addressOf({ buffer, byteOffset, byteLength }: Block): number {
    let known = this.#known.get(buffer)
    if (known === undefined) {
      known = { address: this.#reader!.addressOf(buffer), uses: 0 }
      this.#known.set(buffer, known)
    }
    const address = known.address + byteOffset
    if (byteLength >= 1 << 20 && ++known.uses === USES_UNTIL_COLLAPSED) this.#collapse(address, byteLength)
    return address
  }

  #collapse(address: number, bytes: number): void {
    if (bytes > LONGEST_COLLAPSED_BYTES) return
    const first = address / LARGE_PAGE_BYTES
    const last = (address + bytes) / LARGE_PAGE_BYTES
    // With what lies around the block, which is this process's own too, if that is one piece of memory.
    if (this.#collapsePages(Math.floor(first), Math.ceil(last))) return
    this.#collapsePages(Math.ceil(first), Math.floor(last))
  }

  #collapsePages(start: number, end: number): boolean {
    return end > start && this.#reader!.collapse(start * LARGE_PAGE_BYTES, (end - start) * LARGE_PAGE_BYTES)
  }

  #publish(reader: ProcessReader | null): void {
    const { words, layout } = this.#segment
    const line = rankAt(layout, this.#own) >> 2
    const address = reader?.addressOf(this.#probe.buffer) ?? 0
    words[line + RankWord.PROBE_LOW] = address | 0
    words[line + RankWord.PROBE_HIGH] = Math.floor(address / 2 ** 32)
    Atomics.store(words, line + RankWord.PID, process.pid)
  }

  #tryOut(reader: ProcessReader): boolean {
    const others = Array.from({ length: this.#segment.layout.ranks }, (_, number) => number).filter(
      (number) => number !== this.#own && this.#word(number, RankWord.PID) !== 0,
    )
    return (others.length > 0 ? others : [this.#own]).some((number) => this.#tryOn(reader, number))
  }

  #tryOn(reader: ProcessReader, number: number): boolean {
    const pid = this.#word(number, RankWord.PID)
    const address =
      this.#word(number, RankWord.PROBE_HIGH) * 2 ** 32 + (this.#word(number, RankWord.PROBE_LOW) >>> 0)
    const found = new Int32Array(new ArrayBuffer(8))
    return (
      reader.read(pid, address, reader.addressOf(found.buffer), 8) && found[0] === PROBE && found[1] === PROBE
    )
  }

  #word(number: number, word: number): number {
    const { words, layout } = this.#segment
    return Atomics.load(words, (rankAt(layout, number) >> 2) + word)
  }
}

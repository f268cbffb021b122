/**
 * The memory that the ranks of a host share, as this rank sees it: the fixed part as views of every element
 * type, and common memory beyond it, piece by piece.
 *
 * Which part is for what is layout.ts; where the memory comes from is a `Ground`: a file that every rank maps
 * (file-ground.ts), or in tests one buffer for ranks in one process.
 */

import { BootstrapError, BufferError } from '../../errors.ts'
import { Header, type Layout, layoutFor, PAGE_BYTES } from './layout.ts'

/** Where shared memory comes from. */
export interface Ground {
  readonly layout: Layout
  /** Everything up to `layout.bytes`. */
  readonly buffer: ArrayBufferLike
  /** Makes sure that the pages of the heap from `place` on are there. Throws if there is not so much memory. */
  reserve(place: number, bytes: number): void
  /** Maps a piece of the heap. */
  map(place: number, bytes: number): ArrayBuffer
}

/** First word of a segment: changes with every change of what lies where. */
const FORMAT = 0x5453_0100

export class Segment {
  readonly layout: Layout
  readonly i8: Int8Array
  readonly u8: Uint8Array
  readonly c8: Uint8ClampedArray
  readonly i16: Int16Array
  readonly u16: Uint16Array
  /** The same memory as 32-bit words: what `Atomics` work on. */
  readonly words: Int32Array
  readonly u32: Uint32Array
  readonly f32: Float32Array
  readonly f64: Float64Array
  readonly i64: BigInt64Array
  readonly u64: BigUint64Array
  readonly view: DataView
  readonly #ground: Ground
  readonly #pieces = new Map<number, ArrayBuffer>()
  /** What was mapped only because a peer had something there. */
  readonly #others = new Map<number, ArrayBuffer>()
  readonly #placeOf = new WeakMap<ArrayBufferLike, number>()

  constructor(ground: Ground) {
    const { buffer, layout } = ground
    this.#ground = ground
    this.layout = layout
    this.i8 = new Int8Array(buffer)
    this.u8 = new Uint8Array(buffer)
    this.c8 = new Uint8ClampedArray(buffer)
    this.i16 = new Int16Array(buffer)
    this.u16 = new Uint16Array(buffer)
    this.words = new Int32Array(buffer)
    this.u32 = new Uint32Array(buffer)
    this.f32 = new Float32Array(buffer)
    this.f64 = new Float64Array(buffer)
    this.i64 = new BigInt64Array(buffer)
    this.u64 = new BigUint64Array(buffer)
    this.view = new DataView(buffer)
    this.#checkFormat()
  }

  /** Takes pages of the heap; the place, a number of bytes from the start of the file, means the same to all. */
  takeMemory(bytes: number): number {
    const pages = Math.max(1, Math.ceil(bytes / PAGE_BYTES))
    let taken = Atomics.load(this.words, Header.HEAP_PAGES)
    for (;;) {
      const place = this.layout.bytes + (taken >>> 0) * PAGE_BYTES
      if ((taken >>> 0) + pages > 0xffff_ffff) throw new BufferError('common memory is used up')
      // Before it is taken, so that a refusal costs nothing; two ranks may reserve the same pages at once.
      this.#ground.reserve(place, pages * PAGE_BYTES)
      const found = Atomics.compareExchange(this.words, Header.HEAP_PAGES, taken, (taken + pages) | 0)
      if (found === taken) return place
      taken = found
    }
  }

  /** The heap from `place` on as a buffer, the same one at every call. */
  memory(place: number, bytes: number): ArrayBuffer {
    let piece = this.#pieces.get(place)
    if (piece === undefined || piece.byteLength < bytes) {
      piece = this.#ground.map(place, bytes)
      this.#pieces.set(place, piece)
      this.#placeOf.set(piece, place)
    }
    return piece
  }

  /** Where in the heap `buffer` is; 0: it is not there. */
  placeOf(buffer: ArrayBufferLike): number {
    return this.#placeOf.get(buffer) ?? 0
  }

  /** The piece of the heap that `bytes` from `place` on are in, and where in it they begin. */
  find(place: number, bytes: number): { readonly buffer: ArrayBuffer; readonly at: number } {
    for (const pieces of [this.#pieces, this.#others]) {
      for (const [start, buffer] of pieces) {
        if (start <= place && place + bytes <= start + buffer.byteLength) return { buffer, at: place - start }
      }
    }
    const start = place - (place % PAGE_BYTES)
    const buffer = this.#ground.map(start, place - start + bytes)
    this.#others.set(start, buffer)
    return { buffer, at: place - start }
  }

  #checkFormat(): void {
    const mine = FORMAT + this.layout.ranks
    const found = Atomics.compareExchange(this.words, Header.FORMAT, 0, mine)
    if (found === 0 || found === mine) return
    throw new BootstrapError(
      `the ranks of this host lay out their shared memory differently (format ${found.toString(16)} was found, ` +
        `${mine.toString(16)} expected); all ranks must run the same version of tsmpi`,
    )
  }
}

/** One buffer for ranks in one process. */
export function bufferGround(ranks: number, sizes?: Parameters<typeof layoutFor>[1]): Ground {
  const layout = layoutFor(ranks, sizes)
  const pieces = new Map<number, ArrayBuffer>()
  return {
    layout,
    buffer: new ArrayBuffer(layout.bytes),
    reserve() {},
    map(place, bytes) {
      const piece = pieces.get(place) ?? new ArrayBuffer(Math.ceil(bytes / PAGE_BYTES) * PAGE_BYTES)
      pieces.set(place, piece)
      return piece
    },
  }
}

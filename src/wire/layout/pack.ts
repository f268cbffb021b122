/** Elements of a layout to packed memory, one after another, and back to their places. */

import { allocate, type Raw, typeOf } from '../datatype.ts'
import type { Layout } from './layout.ts'
import type { PlacesVisitor } from './places.ts'
import { copyGrid, type Memory, memoryOf, pickEach, placeEach } from './words.ts'

/** The elements of a layout that lie one after another, as a view of its data; null if they do not. */
export function contiguous(layout: Layout): Raw | null {
  const { data, places } = layout
  return places.isContiguous ? data.subarray(places.low, places.low + places.count) : null
}

/** A new array for the elements of a layout, of its element type. */
export function roomFor(layout: Layout): Raw {
  return allocate(typeOf(layout.data), layout.count)
}

/** The elements of a layout in a new array. */
export function pack(layout: Layout): Raw {
  const { data, places, count } = layout
  const packed = roomFor(layout)
  const from = memoryOf(data, places.low, places.high)
  places.visit(new Packer(from, places.low, memoryOf(packed, 0, count)), 0, count)
  return packed
}

/** Writes elements `from` up to, not including, `to` of `packed` to the places of the same numbers. */
export function unpack(layout: Layout, packed: Raw, from = 0, to: number = layout.count): void {
  const { data, places } = layout
  const into = memoryOf(data, places.low, places.high)
  places.visit(new Unpacker(into, places.low, memoryOf(packed, 0, packed.length)), from, to)
}

class Packer implements PlacesVisitor {
  readonly #from: Memory
  readonly #low: number
  readonly #packed: Memory

  constructor(from: Memory, low: number, packed: Memory) {
    this.#from = from
    this.#low = low
    this.#packed = packed
  }

  grid(at: number, start: number, rowStride: number, colStride: number, rows: number, cols: number): void {
    const { words, per } = this.#from
    copyGrid(
      per,
      this.#packed.words,
      at * per,
      cols * per,
      per,
      words,
      (start - this.#low) * per,
      rowStride * per,
      colStride * per,
      rows,
      cols,
    )
  }

  list(at: number, displs: Int32Array | Float64Array, from: number, to: number): void {
    const { words, per } = this.#from
    pickEach(per, this.#packed.words, at, words, displs, this.#low, from, to)
  }
}

class Unpacker implements PlacesVisitor {
  readonly #into: Memory
  readonly #low: number
  readonly #packed: Memory

  constructor(into: Memory, low: number, packed: Memory) {
    this.#into = into
    this.#low = low
    this.#packed = packed
  }

  grid(at: number, start: number, rowStride: number, colStride: number, rows: number, cols: number): void {
    const { words, per } = this.#into
    copyGrid(
      per,
      words,
      (start - this.#low) * per,
      rowStride * per,
      colStride * per,
      this.#packed.words,
      at * per,
      cols * per,
      per,
      rows,
      cols,
    )
  }

  list(at: number, displs: Int32Array | Float64Array, from: number, to: number): void {
    const { words, per } = this.#into
    placeEach(per, words, this.#packed.words, at, displs, this.#low, from, to)
  }
}

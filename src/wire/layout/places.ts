/**
 * Which elements of an array, in which order: what a layout says of its data. There are two kinds, those of a
 * regular pattern (nest.ts) and those of a list (runs.ts).
 */

/** A sequence of places in an array, counted in elements. */
export interface Places {
  /** Number of places. */
  readonly count: number
  /** The lowest place, and the one after the highest; both 0 if there is none. */
  readonly low: number
  readonly high: number
  /** Whether the places are `low`, `low + 1`, `low + 2`, …: then no copy is needed. */
  readonly isContiguous: boolean
  /** Whether no place comes twice, so that elements can be received there. */
  readonly isDistinct: boolean
  /** Where places can be at all, as far as their pattern tells. */
  readonly lattice: Lattice
  /** Shows `visitor` the places `from` up to, not including, `to` of the sequence. */
  visit(visitor: PlacesVisitor, from: number, to: number): void
}

/** Takes places in groups, as large as they come. `at`: where the first of them stands in the sequence. */
export interface PlacesVisitor {
  /** `rows` times `cols` places, row by row: `start + r * rowStride + c * colStride`. */
  grid(at: number, start: number, rowStride: number, colStride: number, rows: number, cols: number): void
  /** The places `displs[from]` up to `displs[to - 1]`. */
  list(at: number, displs: Int32Array | Float64Array, from: number, to: number): void
}

/** Every place lies in one of the runs of `length` places that begin at `base`, and at all multiples of `step` from it. */
export interface Lattice {
  readonly base: number
  /** 0: there is only one run. */
  readonly step: number
  readonly length: number
}

/** Of integers of any sign; 0 divides by all. */
export function greatestDivisor(a: number, b: number): number {
  let [x, y] = [Math.abs(a), Math.abs(b)]
  while (y !== 0) [x, y] = [y, x % y]
  return x
}

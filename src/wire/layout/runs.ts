/** Places by a list: runs of any lengths that begin anywhere. */

import { comesTwice } from './marks.ts'
import type { Lattice, Places, PlacesVisitor } from './places.ts'

export class Runs implements Places {
  readonly count: number
  readonly low: number
  readonly high: number
  readonly isContiguous: boolean
  readonly lattice: Lattice
  readonly #displs: Int32Array | Float64Array
  /** Of each run; null: all are single places. */
  readonly #lengths: Float64Array | null
  /** Where each run stands in the sequence; one more at the end. */
  readonly #starts: Float64Array

  /** `lengths[i]` places from `displs[i]` on, run after run. Empty runs may have any displ. */
  constructor(lengths: readonly number[], displs: readonly number[]) {
    const runs = joined(lengths, displs)
    this.#displs = narrowed(runs.displs)
    this.#lengths = runs.lengths.every((length) => length === 1) ? null : Float64Array.from(runs.lengths)
    this.#starts = new Float64Array(runs.lengths.length + 1)
    let low = Number.POSITIVE_INFINITY
    let high = 0
    for (let i = 0; i < runs.lengths.length; i++) {
      const displ = runs.displs[i]!
      this.#starts[i + 1] = this.#starts[i]! + runs.lengths[i]!
      low = Math.min(low, displ)
      high = Math.max(high, displ + runs.lengths[i]!)
    }
    this.count = this.#starts.at(-1)!
    this.low = this.count === 0 ? 0 : low
    this.high = high
    this.isContiguous = runs.lengths.length < 2
    this.lattice = { base: this.low, step: 0, length: this.high - this.low }
  }

  get isDistinct(): boolean {
    const displs = this.#displs
    for (let i = 1; i < displs.length; i++) {
      if (displs[i]! < displs[i - 1]! + (this.#lengths?.[i - 1] ?? 1)) return !comesTwice(this)
    }
    return true
  }

  visit(visitor: PlacesVisitor, from: number, to: number): void {
    if (this.#lengths === null) {
      if (from < to) visitor.list(from, this.#displs, from, to)
      return
    }
    for (let run = this.#runAt(from), at = from; at < to; run++) {
      const next = Math.min(this.#starts[run + 1]!, to)
      const start = this.#displs[run]! + at - this.#starts[run]!
      visitor.grid(at, start, 0, 1, 1, next - at)
      at = next
    }
  }

  /** The run in which place `at` of the sequence is. */
  #runAt(at: number): number {
    let low = 0
    let high = this.#starts.length - 1
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if (this.#starts[middle]! <= at) low = middle
      else high = middle
    }
    return low
  }
}

/** Without empty runs; one that goes on where the last one ends is one with it. */
function joined(
  lengths: readonly number[],
  displs: readonly number[],
): { readonly lengths: number[]; readonly displs: number[] } {
  const runs = { lengths: [] as number[], displs: [] as number[] }
  for (let i = 0; i < lengths.length; i++) {
    const length = lengths[i]!
    if (length === 0) continue
    const last = runs.lengths.length - 1
    if (last >= 0 && runs.displs[last]! + runs.lengths[last]! === displs[i]) runs.lengths[last]! += length
    else {
      runs.lengths.push(length)
      runs.displs.push(displs[i]!)
    }
  }
  return runs
}

function narrowed(displs: readonly number[]): Int32Array | Float64Array {
  return displs.every((displ) => displ < 2 ** 31) ? Int32Array.from(displs) : Float64Array.from(displs)
}

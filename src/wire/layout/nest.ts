/** Places in a regular pattern: nested loops over `shape`, each of which moves on by its stride. */

import { comesTwice } from './marks.ts'
import { greatestDivisor, type Lattice, type Places, type PlacesVisitor } from './places.ts'

export class Nest implements Places {
  readonly count: number
  readonly low: number
  readonly high: number
  readonly isContiguous: boolean
  readonly lattice: Lattice
  /** The loops that are left when those of one turn are left out, and those that one stride can do are joined. */
  readonly #shape: readonly number[]
  readonly #strides: readonly number[]
  /** Places in one turn of each loop. */
  readonly #inner: readonly number[]
  readonly #start: number

  /** The places `start + i * strides[0] + j * strides[1] + …` for i, j, … below `shape`, the last one fastest. */
  constructor(start: number, shape: readonly number[], strides: readonly number[]) {
    const loops = joined(shape, strides)
    this.count = shape.reduce((product, n) => product * n, 1)
    this.#start = start
    this.#shape = loops.shape
    this.#strides = loops.strides
    this.#inner = loops.shape.map((_, dim) => loops.shape.slice(dim + 1).reduce((a, b) => a * b, 1))
    if (this.count === 0) {
      this.low = this.high = 0
    } else {
      const reach = loops.strides.map((stride, dim) => stride * (loops.shape[dim]! - 1))
      this.low = reach.reduce((sum, r) => sum + Math.min(0, r), start)
      this.high = reach.reduce((sum, r) => sum + Math.max(0, r), start) + 1
    }
    const runs = loops.strides.at(-1) === 1
    this.isContiguous = this.count === 0 || loops.shape.length === 0 || (runs && loops.shape.length === 1)
    this.lattice = {
      base: start,
      length: runs ? loops.shape.at(-1)! : 1,
      step: (runs ? loops.strides.slice(0, -1) : loops.strides).reduce(greatestDivisor, 0),
    }
  }

  /** True if, smallest stride first, each is longer than what all smaller ones reach; else looked up one by one. */
  get isDistinct(): boolean {
    if (this.count < 2) return true
    const dims = this.#shape.map((n, dim) => ({ n, stride: Math.abs(this.#strides[dim]!) }))
    dims.sort((a, b) => a.stride - b.stride)
    let reach = 0
    for (const { n, stride } of dims) {
      if (stride === 0) return false
      if (stride <= reach) return !comesTwice(this)
      reach += stride * (n - 1)
    }
    return true
  }

  visit(visitor: PlacesVisitor, from: number, to: number): void {
    if (from < to) this.#visit(visitor, 0, 0, this.#start, from, to)
  }

  /** Those of the loops from `dim` on, which begin at `at` of the sequence and at place `start`. */
  #visit(visitor: PlacesVisitor, dim: number, at: number, start: number, from: number, to: number): void {
    const left = this.#shape.length - dim
    if (left === 0) return visitor.grid(at, start, 0, 0, 1, 1)
    const stride = this.#strides[dim]!
    if (left === 1) return visitor.grid(at + from, start + from * stride, 0, stride, 1, to - from)
    const inner = this.#inner[dim]!
    if (left === 2 && from % inner === 0 && to % inner === 0) {
      const row = from / inner
      return visitor.grid(
        at + from,
        start + row * stride,
        stride,
        this.#strides[dim + 1]!,
        to / inner - row,
        inner,
      )
    }
    for (let i = Math.floor(from / inner); i * inner < to; i++) {
      const first = i * inner
      const innerFrom = Math.max(0, from - first)
      this.#visit(visitor, dim + 1, at + first, start + i * stride, innerFrom, Math.min(inner, to - first))
    }
  }
}

/** Without loops of one turn; a loop that goes on where the one inside it ends is one with it. */
function joined(
  shape: readonly number[],
  strides: readonly number[],
): { readonly shape: number[]; readonly strides: number[] } {
  const loops = { shape: [] as number[], strides: [] as number[] }
  for (let dim = 0; dim < shape.length; dim++) {
    const n = shape[dim]!
    const stride = strides[dim]!
    if (n === 1) continue
    const last = loops.shape.length - 1
    if (last >= 0 && loops.strides[last] === n * stride) {
      loops.shape[last]! *= n
      loops.strides[last] = stride
    } else {
      loops.shape.push(n)
      loops.strides.push(stride)
    }
  }
  return loops
}

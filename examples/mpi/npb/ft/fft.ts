/**
 * Fourier transforms of many columns at a time, without scaling: Stockham's form of the fast transform, which needs no
 * reordering, in steps of four and where it must be of two.
 *
 * Complex numbers are two neighbours in a Float64Array. A column's elements are `stride` complex numbers apart, and
 * columns lie side by side: the innermost loops run over columns, with the same factors for all of them.
 * The first step reads the columns from where they are, the last writes them to where they shall be, and what is
 * between stays in two small arrays that fit the processor's cache.
 */

import { fourTo, lastFour, twoTo } from './steps.ts'

/** 1: sums with exp(-2 pi i j k / n); -1: with exp(2 pi i j k / n), the inverse but for the factor n. */
export type Direction = 1 | -1

export class Fft {
  readonly #n: number
  /** For each step but the last: its radix, and w, w², w³ (or w) for each of its butterflies. */
  readonly #steps: readonly { radix: number; factors: Float64Array }[]
  readonly #a: Float64Array
  readonly #b: Float64Array

  /** For columns of `n` elements, a power of two from 16 on, up to `columns` of them at a time. */
  constructor(n: number, columns: number) {
    this.#n = n
    this.#a = new Float64Array(2 * n * columns)
    this.#b = new Float64Array(2 * n * columns)
    this.#steps = makeSteps(n)
  }

  /**
   * Transforms `columns` columns, from `source[from]` on, to `dest[to]` and further, which may be the same place.
   * `from` and `to` are in doubles, `stride` is in complex numbers.
   */
  transform(
    direction: Direction,
    columns: number,
    stride: number,
    source: Float64Array,
    from: number,
    dest: Float64Array,
    to: number,
  ): void {
    let now = source
    let then = this.#a
    let length = this.#n
    /** Complex numbers that have the same factors, side by side. */
    let run = columns
    for (const { radix, factors } of this.#steps) {
      const first = length === this.#n
      const step = first ? stride : run
      if (radix === 4) fourTo(now, first ? from : 0, step, then, run, length, factors, direction)
      else twoTo(now, then, run, length, factors, direction)
      length /= radix
      run *= radix
      now = then
      then = now === this.#a ? this.#b : this.#a
    }
    lastFour(now, run, columns, dest, to, stride, direction)
  }
}

/** Fours, with a two in the middle if they alone do not make `n`. The last step, a four without factors, is not named. */
function makeSteps(n: number): { radix: number; factors: Float64Array }[] {
  const bits = Math.log2(n)
  const radices = Array.from({ length: Math.floor(bits / 2) - 1 }, () => 4)
  if (bits % 2 === 1) radices.splice(1, 0, 2)
  let length = n
  return radices.map((radix) => {
    const butterflies = length / radix
    const factors = new Float64Array(2 * (radix - 1) * butterflies)
    for (let p = 0; p < butterflies; p++) {
      for (let power = 1; power < radix; power++) {
        const angle = (2 * Math.PI * p * power) / length
        const at = 2 * ((radix - 1) * p + power - 1)
        factors[at] = Math.cos(angle)
        factors[at + 1] = -Math.sin(angle)
      }
    }
    length /= radix
    return { radix, factors }
  })
}

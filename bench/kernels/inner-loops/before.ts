/** The inner loops of the kernels as one first writes them: what docs/kernels.md compares with. */

import { MULTIPLIER, multiply } from '../../../examples/mpi/npb/common/random.ts'
import { STREAMS } from '../../../examples/mpi/prk/common/streams.ts'

/** Random numbers of NPB with doubles throughout. */
export function fill(out: Float64Array, seed: number): void {
  let x = seed
  for (let i = 0; i < out.length; i++) {
    x = multiply(MULTIPLIER, x)
    out[i] = x * 2 ** -46
  }
}

interface Complex {
  readonly re: number
  readonly im: number
}

/** A Fourier transform by recursion on arrays of objects. */
export function transform(values: readonly Complex[]): Complex[] {
  const n = values.length
  if (n === 1) return [values[0]!]
  const even = transform(values.filter((_, i) => i % 2 === 0))
  const odd = transform(values.filter((_, i) => i % 2 === 1))
  const out = new Array<Complex>(n)
  for (let k = 0; k < n / 2; k++) {
    const angle = (-2 * Math.PI * k) / n
    const [c, s] = [Math.cos(angle), Math.sin(angle)]
    const turned = { re: c * odd[k]!.re - s * odd[k]!.im, im: c * odd[k]!.im + s * odd[k]!.re }
    out[k] = { re: even[k]!.re + turned.re, im: even[k]!.im + turned.im }
    out[k + n / 2] = { re: even[k]!.re - turned.re, im: even[k]!.im - turned.im }
  }
  return out
}

/** y = A x with one sum per row. */
export function product(
  { rowStarts, columns, values }: { rowStarts: Int32Array; columns: Int32Array; values: Float64Array },
  x: Float64Array,
  y: Float64Array,
): void {
  for (let row = 0; row < y.length; row++) {
    let sum = 0
    for (let i = rowStarts[row]!; i < rowStarts[row + 1]!; i++) sum += values[i]! * x[columns[i]!]!
    y[row] = sum
  }
}

/** EP with the larger of two asked for at the end. */
export function addPairs(u: Float64Array, sums: Float64Array, counts: Int32Array): void {
  for (let i = 0; i < u.length; i += 2) {
    const x = 2 * u[i]! - 1
    const y = 2 * u[i + 1]! - 1
    const t = x * x + y * y
    if (t > 1) continue
    const stretch = Math.sqrt((-2 * Math.log(t)) / t)
    const [X, Y] = [x * stretch, y * stretch]
    sums[0]! += X
    sums[1]! += Y
    counts[Math.max(Math.abs(X), Math.abs(Y)) | 0]! += 1
  }
}

/** The residual of MG, with every neighbour loaded at every point. */
export function residual(n: number, u: Float64Array, v: Float64Array, r: Float64Array): void {
  const side = n + 2
  const plane = side * side
  for (let k = 1; k <= n; k++) {
    for (let j = 1; j <= n; j++) {
      for (let i = 1; i <= n; i++) {
        const c = (k * side + j) * side + i
        const [d, e] = [c - plane, c + plane]
        const edges =
          u[d - side]! +
          u[d + side]! +
          u[e - side]! +
          u[e + side]! +
          u[c - 1 - side]! +
          u[c - 1 + side]! +
          u[c + 1 - side]! +
          u[c + 1 + side]! +
          u[d - 1]! +
          u[d + 1]! +
          u[e - 1]! +
          u[e + 1]!
        const corners =
          u[d - 1 - side]! +
          u[d - 1 + side]! +
          u[e - 1 - side]! +
          u[e - 1 + side]! +
          u[d + 1 - side]! +
          u[d + 1 + side]! +
          u[e + 1 - side]! +
          u[e + 1 + side]!
        r[c] = v[c]! + (8 / 3) * u[c]! - (1 / 6) * edges - (1 / 12) * corners
      }
    }
  }
}

type Word = readonly [low: number, high: number]
const timesX = ([low, high]: Word): Word => [
  ((low << 1) ^ ((high >> 31) & 7)) >>> 0,
  ((high << 1) | (low >>> 31)) >>> 0,
]

function times(a: Word, b: Word): Word {
  let [low, high] = [0, 0]
  let factor = a
  for (let bit = 0; bit < 64; bit++) {
    if ((bit < 32 ? b[0] >>> bit : b[1] >>> (bit - 32)) & 1) {
      low ^= factor[0]
      high ^= factor[1]
    }
    factor = timesX(factor)
  }
  return [low >>> 0, high >>> 0]
}

function power(n: bigint): Word {
  let word: Word = [1, 0]
  for (const bit of n.toString(2)) {
    word = times(word, word)
    if (bit === '1') word = timesX(word)
  }
  return word
}

/** The streams of PRK random, on pairs that are made at each step. */
export function makeStreams(spacing: number, offset: number): Uint32Array {
  const words = new Uint32Array(2 * STREAMS)
  const step = power(BigInt(spacing))
  let word = power(834568137686317453n + BigInt(offset))
  for (let j = 0; j < STREAMS; j++) {
    words.set(word, 2 * j)
    word = times(word, step)
  }
  return words
}

/** p2p with all neighbours loaded at every point. */
export function sweep(grid: Float64Array, width: number, from: number, to: number): void {
  for (let j = from; j < to; j++)
    for (let i = 1; i < width; i++)
      grid[j * width + i] =
        grid[j * width + i - 1]! + grid[(j - 1) * width + i]! - grid[(j - 1) * width + i - 1]!
}

export function add(vector: Float64Array, other: Float64Array): void {
  for (let i = 0; i < vector.length; i++) vector[i]! += other[i]!
}

export function triad(a: Float64Array, b: Float64Array, c: Float64Array, scalar: number): void {
  for (let i = 0; i < a.length; i++) a[i]! += b[i]! + scalar * c[i]!
}

/** result += matrix vector with one sum per row. */
export function addMatrixVector(
  columns: Int32Array,
  values: Float64Array,
  perRow: number,
  vector: Float64Array,
  result: Float64Array,
): void {
  for (let row = 0; row < result.length; row++) {
    let sum = 0
    for (let at = row * perRow; at < (row + 1) * perRow; at++) sum += values[at]! * vector[columns[at]!]!
    result[row]! += sum
  }
}

/** The star of PRK stencil with every neighbour loaded at every point, on a grid of n x n without its frame of 2. */
export function addStar(input: Float64Array, output: Float64Array, n: number): void {
  const stride = n + 4
  for (let j = 0; j < n; j++) {
    for (let i = 0; i < n; i++) {
      const at = (j + 2) * stride + i + 2
      output[j * n + i]! +=
        0.25 * (input[at + 1]! - input[at - 1]! + input[at + stride]! - input[at - stride]!) +
        0.125 * (input[at + 2]! - input[at - 2]! + input[at + 2 * stride]! - input[at - 2 * stride]!)
    }
  }
}

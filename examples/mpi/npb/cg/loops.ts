/** The inner loops of CG, on the part of the vectors that this rank has. */

import type { Rows } from './matrix.ts'

/** y = A x for this rank's rows; x is whole. */
export function product(rows: Rows, x: Float64Array, y: Float64Array): void {
  const { rowStarts, columns, values } = rows
  const n = y.length
  let i = 0
  for (let row = 0; row < n; row++) {
    const end = rowStarts[row + 1]!
    // Four sums: an addition need not wait for the one before it.
    let sum0 = 0
    let sum1 = 0
    let sum2 = 0
    let sum3 = 0
    for (const last = end - 3; i < last; i += 4) {
      sum0 += values[i]! * x[columns[i]!]!
      sum1 += values[i + 1]! * x[columns[i + 1]!]!
      sum2 += values[i + 2]! * x[columns[i + 2]!]!
      sum3 += values[i + 3]! * x[columns[i + 3]!]!
    }
    for (; i < end; i++) sum0 += values[i]! * x[columns[i]!]!
    y[row] = sum0 + sum1 + (sum2 + sum3)
  }
}

export function dot(x: Float64Array, y: Float64Array): number {
  const n = x.length
  let sum = 0
  for (let i = 0; i < n; i++) sum += x[i]! * y[i]!
  return sum
}

/** z += alpha p, r -= alpha q; returns r · r. */
export function step(
  alpha: number,
  p: Float64Array,
  q: Float64Array,
  z: Float64Array,
  r: Float64Array,
): number {
  const n = z.length
  let sum = 0
  for (let i = 0; i < n; i++) {
    z[i]! += alpha * p[i]!
    const rest = r[i]! - alpha * q[i]!
    r[i] = rest
    sum += rest * rest
  }
  return sum
}

/** p = r + beta p */
export function turn(beta: number, r: Float64Array, p: Float64Array): void {
  const n = p.length
  for (let i = 0; i < n; i++) p[i] = r[i]! + beta * p[i]!
}

/** The square of the distance of two vectors. */
export function distance2(x: Float64Array, y: Float64Array): number {
  const n = x.length
  let sum = 0
  for (let i = 0; i < n; i++) {
    const d = x[i]! - y[i]!
    sum += d * d
  }
  return sum
}

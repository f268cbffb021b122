/**
 * A membrane under load: the Poisson equation on a square, -Δu = f with u = 0 at the edge, as a sparse system of
 * equations solved by conjugate gradients. Each rank has some rows of the matrix and of every vector.
 *
 * Teaches: allreduce, allgatherv with into, gatherv
 * Picture: none
 * Run: npx tsrun -n 4 examples/mpi/kernels/conjugate-gradient.ts
 */

import assert from 'node:assert/strict'
import { world } from 'tsmpi'

const N = 40 // points of the grid in each direction
const UNKNOWNS = N * N
const H = 1 / (N + 1)

const { rank, size } = world
const first = Math.floor((rank * UNKNOWNS) / size)
const rows = Math.floor(((rank + 1) * UNKNOWNS) / size) - first

/** This rank's rows of the matrix, row after row: the columns that are not 0, and what stands there. */
const columns: number[] = []
const values: number[] = []
const starts = [0]
for (let row = first; row < first + rows; row++) {
  const [i, j] = [Math.floor(row / N), row % N]
  const entry = (di: number, dj: number, value: number) => {
    if (i + di < 0 || i + di >= N || j + dj < 0 || j + dj >= N) return
    columns.push(row + di * N + dj)
    values.push(value)
  }
  entry(-1, 0, -1)
  entry(0, -1, -1)
  entry(0, 0, 4)
  entry(0, 1, -1)
  entry(1, 0, -1)
  starts.push(columns.length)
}
const [column, value, start] = [Int32Array.from(columns), Float64Array.from(values), Int32Array.from(starts)]

/** out = A p: a row may ask for any element of p, so the pieces are put together first. */
const whole = new Float64Array(UNKNOWNS)
async function multiply(p: Float64Array, out: Float64Array): Promise<void> {
  await world.allgatherv(p, { into: { data: whole } })
  for (let i = 0; i < rows; i++) {
    let sum = 0
    for (let k = start[i]!; k < start[i + 1]!; k++) sum += value[k]! * whole[column[k]!]!
    out[i] = sum
  }
}

/** Each rank multiplies what it has; allreduce adds that up and tells everybody, to the last bit the same. */
async function dot(a: Float64Array, b: Float64Array): Promise<number> {
  let sum = 0
  for (let i = 0; i < rows; i++) sum += a[i]! * b[i]!
  return world.allreduce(sum)
}

// With this load the solution is x (1 - x) y (1 - y), on the grid too.
const place = (i: number) => [(Math.floor((first + i) / N) + 1) * H, (((first + i) % N) + 1) * H] as const
const load = Float64Array.from({ length: rows }, (_, i) => {
  const [x, y] = place(i)
  return 2 * (x * (1 - x) + y * (1 - y)) * H * H
})

const u = new Float64Array(rows)
const r = load.slice()
const p = load.slice()
const q = new Float64Array(rows)
let rho = await dot(r, r)
const goal = rho * 1e-24
let iterations = 0
// All ranks see the same rho, so all leave the loop at the same time.
while (rho > goal && iterations < UNKNOWNS) {
  await multiply(p, q)
  const alpha = rho / (await dot(p, q))
  for (let i = 0; i < rows; i++) {
    u[i]! += alpha * p[i]!
    r[i]! -= alpha * q[i]!
  }
  const before = rho
  rho = await dot(r, r)
  for (let i = 0; i < rows; i++) p[i] = r[i]! + (rho / before) * p[i]!
  iterations++
}

const solution = await world.gatherv(u)
let worst = 0
for (let i = 0; i < rows; i++) {
  const [x, y] = place(i)
  worst = Math.max(worst, Math.abs(u[i]! - x * (1 - x) * y * (1 - y)))
}
assert(worst < 1e-12, `off by ${worst}`)
if (solution !== undefined) {
  assert.equal(solution.data.length, UNKNOWNS)
  const middle = solution.data[UNKNOWNS / 2 + N / 2]!
  console.log(`${UNKNOWNS} unknowns, ${iterations} iterations: the middle gives way by ${middle.toFixed(9)}`)
}

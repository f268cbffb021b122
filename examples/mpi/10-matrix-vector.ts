/**
 * Matrix times vector, twice: each rank has some rows of the matrix and the whole vector, and makes the same
 * rows of the product. For the next product every rank needs all of it: allgatherv puts the pieces together.
 *
 * Teaches: allgatherv
 * Run: npx tsrun -n 4 examples/mpi/10-matrix-vector.ts
 */

import assert from 'node:assert/strict'
import { world } from 'tsmpi'

const N = 50
const { rank, size } = world
const firstRow = Math.floor((rank * N) / size)
const rows = Math.floor(((rank + 1) * N) / size) - firstRow

/** The matrix; every rank can make the rows that it needs. Whole numbers, so that the check can be exact. */
const element = (i: number, j: number) => ((3 * i + 5 * j) % 11) - 5
const myRows = Float64Array.from({ length: rows * N }, (_, k) => element(firstRow + Math.floor(k / N), k % N))

/** The whole product with a vector that every rank has. */
async function multiply(x: Float64Array): Promise<Float64Array> {
  const mine = new Float64Array(rows)
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < N; j++) mine[i]! += myRows[i * N + j]! * x[j]!
  }
  // The pieces may differ in length; their lengths travel with them and come back as counts.
  const { data, counts } = await world.allgatherv(mine)
  assert.equal(counts[rank], rows)
  return data
}

const x = Float64Array.from({ length: N }, (_, j) => j)
const product = await multiply(await multiply(x))

// The same without MPI, on every rank.
const serial = (v: Float64Array) => v.map((_, i) => v.reduce((sum, vj, j) => sum + element(i, j) * vj, 0))
assert.deepEqual(product, serial(serial(x)))

if (rank === 0) console.log(`A A x = [${product.slice(0, 3).join(', ')}, …], ${N} elements`)

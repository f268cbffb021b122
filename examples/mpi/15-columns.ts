/**
 * A matrix laid out row by row loses its outer columns to the next rank and gets those of the rank before: elements
 * that lie far apart, sent and received where they are.
 *
 * Teaches: vector, subarray, sendrecv, into
 * Run: npx tsrun -n 4 examples/mpi/15-columns.ts
 */

import assert from 'node:assert/strict'
import { subarray, vector, world } from 'tsmpi'

const ROWS = 5
const COLUMNS = 4

const { rank, size } = world
const next = (rank + 1) % size
const previous = (rank + size - 1) % size

// Element (i, j) of rank r is 100 r + 10 i + j.
const element = (r: number, i: number, j: number) => 100 * r + 10 * i + j
const matrix = Float64Array.from({ length: ROWS * COLUMNS }, (_, at) =>
  element(rank, Math.floor(at / COLUMNS), at % COLUMNS),
)

// Column j: one element of each row, a row's length apart. Nothing is copied by naming it.
const column = (j: number) => vector(matrix, { count: ROWS, stride: COLUMNS, offset: j })
await world.sendrecv(column(COLUMNS - 1), next, { source: previous, into: column(0) })
for (let i = 0; i < ROWS; i++) {
  assert.equal(matrix[i * COLUMNS], element(previous, i, COLUMNS - 1))
  assert.equal(matrix[i * COLUMNS + 1], element(rank, i, 1))
}

// A block of 2 x 2 out of the middle. What has no place of its own arrives packed, row by row.
const middle = subarray(matrix, { sizes: [ROWS, COLUMNS], subsizes: [2, 2], starts: [1, 1] })
const block = await world.sendrecv(middle, next, { source: previous })
assert.deepEqual(
  block,
  Float64Array.of(
    element(previous, 1, 1),
    element(previous, 1, 2),
    element(previous, 2, 1),
    element(previous, 2, 2),
  ),
)

// What other libraries call an array has the same four properties, and its data may lie the other way round.
const upsideDown = { data: matrix, shape: [ROWS, 1], stride: [-COLUMNS, 1], offset: (ROWS - 1) * COLUMNS + 1 }
const turned = await world.sendrecv(upsideDown, next, { source: previous })
assert.deepEqual(
  turned,
  Float64Array.from({ length: ROWS }, (_, i) => element(previous, ROWS - 1 - i, 1)),
)

if (rank === 0) console.log(`the column from rank ${previous}, upside down: ${[...turned].join(' ')}`)

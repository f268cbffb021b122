/**
 * Ranks arranged in a grid, with a communicator for each row and one for each column: sums along both.
 *
 * Teaches: split, allreduce and gather on a part of the ranks
 * Run: npx tsrun -n 6 examples/mpi/13-row-and-column.ts
 */

import assert from 'node:assert/strict'
import { SUM, world } from 'tsmpi'

const { rank, size } = world

// The grid as square as possible: a number of rows that divides size.
let rows = Math.floor(Math.sqrt(size))
while (size % rows !== 0) rows--
const columns = size / rows
const [i, j] = [Math.floor(rank / columns), rank % columns]

// Ranks of equal color come together; inside, they are ordered by their rank in world.
const row = await world.split(i)
const column = await world.split(j)
assert.deepEqual([row.rank, row.size], [j, columns])
assert.deepEqual([column.rank, column.size], [i, rows])

// Each rank holds one element of a matrix. Both sums can be under way at the same time: messages of different
// communicators never meet.
const element = 10 * i + j
const [rowSum, columnSum] = await Promise.all([row.allreduce(element, SUM), column.allreduce(element, SUM)])
assert.equal(rowSum, 10 * i * columns + (columns * (columns - 1)) / 2)
assert.equal(columnSum, 10 * ((rows * (rows - 1)) / 2) + j * rows)

// Row sums are the same along a row, so the first column has them all; color null: not in the new communicator.
const edge = await world.split(j === 0 ? 0 : null)
const rowSums = await edge?.gather(rowSum)
const total = await world.allreduce(element, SUM)
if (rowSums) {
  assert.equal(rowSums.length, rows)
  assert.equal(
    rowSums.reduce((a, b) => a + b),
    total,
  )
  console.log(`grid of ${rows} × ${columns}: row sums ${rowSums.join(' + ')} = ${total}`)
}

/**
 * The dot product of two vectors that only rank 0 has, over any number of ranks: the blocks need not be equal.
 *
 * Teaches: scatterv, allreduce
 * Run: npx tsrun -n 4 examples/mpi/08-dot-product.ts
 */

import assert from 'node:assert/strict'
import { SUM, world } from 'tsmpi'

const LENGTH = 1001
const { rank, size } = world

// As equal as can be: the first ranks take one element more.
const counts = Array.from({ length: size }, (_, r) => Math.floor(LENGTH / size) + (r < LENGTH % size ? 1 : 0))

/** Cuts rank 0's vector in blocks of `counts`. Only rank 0 gives data and counts; each rank gets its block. */
const distribute = (data: Float64Array | undefined) => world.scatterv(data && { data, counts })

const x = await distribute(rank === 0 ? Float64Array.from({ length: LENGTH }, (_, i) => i) : undefined)
const y = await distribute(
  rank === 0 ? Float64Array.from({ length: LENGTH }, (_, i) => LENGTH - i) : undefined,
)
assert.equal(x.length, counts[rank])
assert.equal(y.length, counts[rank])

let partial = 0
for (let i = 0; i < x.length; i++) partial += x[i]! * y[i]!
const dot = await world.allreduce(partial, SUM)

// The sum of i (n - i) in closed form. All terms are whole numbers, so the order of adding does not show.
const expected = ((LENGTH - 1) * LENGTH * (LENGTH + 1)) / 6
assert.equal(dot, expected)

if (rank === 0) console.log(`x · y = ${dot}, in blocks of ${counts.join(' + ')}`)

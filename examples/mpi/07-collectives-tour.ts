/**
 * A tour of the collectives that move data. Each has two faces: a typed array is a vector, which is filled,
 * concatenated or cut in equal blocks; any other value is one item, and several are a list with one per rank.
 *
 * Teaches: barrier, bcast, scatter, gather, allgather, alltoall
 * Run: npx tsrun -n 4 examples/mpi/07-collectives-tour.ts
 */

import assert from 'node:assert/strict'
import { world } from 'tsmpi'

const { rank, size } = world
const ranks = Array.from({ length: size }, (_, r) => r)
const last = size - 1

// bcast: one rank's value to all. A typed array is filled in place on the receivers.
const settings = await world.bcast(rank === 0 ? { grid: [64, 32], periodic: true } : undefined)
assert.deepEqual(settings, { grid: [64, 32], periodic: true })
const vector = rank === last ? Float64Array.of(1.5, 2.5) : new Float64Array(2)
await world.bcast(vector, last)
assert.deepEqual(vector, Float64Array.of(1.5, 2.5))

// scatter: root's list, one item each; or root's vector, cut in equal blocks.
const name = await world.scatter(rank === 0 ? ranks.map((r) => `block ${r}`) : undefined)
assert.equal(name, `block ${rank}`)
const block = await world.scatter(rank === 0 ? Int32Array.from({ length: 3 * size }, (_, i) => i) : undefined)
assert.deepEqual(block, Int32Array.of(3 * rank, 3 * rank + 1, 3 * rank + 2))

// gather: the reverse. Only root gets the result, here the last rank.
const whole = await world.gather(block, last)
assert.deepEqual(whole, rank === last ? Int32Array.from({ length: 3 * size }, (_, i) => i) : undefined)

// allgather: the same for everybody. A number is an item, and gives a list.
assert.deepEqual(
  await world.allgather(rank ** 2),
  ranks.map((r) => r ** 2),
)
assert.deepEqual(
  await world.allgather(Float64Array.of(rank, -rank)),
  Float64Array.from(ranks.flatMap((r) => [r, -r])),
)

// alltoall: to every rank something else. What rank r has in place s ends on rank s in place r.
const letters = await world.alltoall(ranks.map((r) => `from ${rank} to ${r}`))
assert.deepEqual(
  letters,
  ranks.map((r) => `from ${r} to ${rank}`),
)
const column = await world.alltoall(Int32Array.from(ranks, (r) => 10 * rank + r))
assert.deepEqual(
  column,
  Int32Array.from(ranks, (r) => 10 * r + rank),
)

// barrier: nobody passes before everybody has come, so whoever prints after it knows that all are well.
await world.barrier()
if (rank === 0) console.log(`bcast, scatter, gather, allgather and alltoall agree; ranks: ${size}`)

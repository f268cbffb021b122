/**
 * Every collective with every type and awkward lengths, on world and communicators made of it, checked against
 * plain loops. Prints how much was checked, a digest of all results, and one of what rounds. With `brief` as an
 * argument fewer lengths, with `rounded` nothing but what rounds.
 */

import { type Communicator, type Raw, type TypedCtor, world } from 'tsmpi'
import { moveArrays, moveBlocks, moveItems } from './conformance/movements.ts'
import { Record } from './conformance/record.ts'
import { combineArrays, combineProducts, combineRounding, combineValues } from './conformance/reductions.ts'
import { CTORS } from './conformance/values.ts'

const { rank, size } = world
const [part = 'all'] = process.argv.slice(2)

/** None, one, fewer than ranks, odd; on both sides of what is sent at once; and in several frames. */
const LENGTHS = part === 'brief' ? [0, 3, 1000] : [0, 1, 3, 65, 1000, 4097]
const LONG = part === 'brief' ? 20_001 : 300_001

const doubles = Float64Array as unknown as TypedCtor<Raw>

const exact = new Record()
const rounded = new Record()

const communicators: (readonly [string, Communicator | null])[] = [
  ['world', world],
  ['a duplicate', await world.dup()],
  ['turned round', await world.split(0, -rank)],
  ['every other rank', await world.split(rank % 2, rank)],
  ['all but rank 0', await world.split(rank === 0 ? null : 1, rank)],
  ['neighbours', await world.split(rank >> 1, rank)],
]

for (const [name, comm] of communicators) {
  if (!comm) continue
  exact.is(name, [comm.rank < comm.size], [true])
  await comm.barrier()
  await combineRounding(comm, rounded)
  if (part === 'rounded') continue
  for (const length of LENGTHS) {
    await moveArrays(comm, doubles, length, exact)
    await combineArrays(comm, doubles, length, exact)
  }
  for (const length of [0, 1, 130]) await moveBlocks(comm, doubles, length, exact)
  await moveItems(comm, exact)
  await combineValues(comm, exact)
  await combineProducts(comm, exact)
}

for (const ctor of part === 'rounded' ? [] : CTORS) {
  for (const length of [3, 501]) {
    await moveArrays(world, ctor, length, exact)
    await combineArrays(world, ctor, length, exact)
    await moveBlocks(world, ctor, length, exact)
  }
}

if (part !== 'rounded') {
  await moveArrays(world, doubles, LONG, exact)
  await combineArrays(world, doubles, LONG, exact)
  await moveBlocks(world, doubles, LONG, exact)
}

// Two at a time, on communicators that do not know of each other.
const [first, second] = [await world.dup(), await world.dup()]
await Promise.all([
  moveArrays(first, doubles, 777, new Record()),
  combineArrays(second, doubles, 778, new Record()),
])

const mine = { exact: exact.digest(), rounded: rounded.digest(), checks: exact.checks }
if (rank > 0) {
  await world.send(mine, 0)
} else {
  const all = [mine]
  for (let r = 1; r < size; r++) all.push(await world.recv<typeof mine>(r))
  for (const what of ['checks', 'exact', 'rounded'] as const) {
    console.log(`${what}: ${all.map((one) => one[what]).join(' ')}`)
  }
}

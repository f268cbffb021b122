/**
 * Sorting more numbers than one rank wants to have: each sorts its own, samples of all agree on where to cut, and
 * every rank gets its range of values from all the others.
 *
 * Teaches: allgather, alltoallv, gatherv, allreduce
 * Run: npx tsrun -n 4 examples/mpi/11-sample-sort.ts
 */

import assert from 'node:assert/strict'
import { MAX, world } from 'tsmpi'

const PER_RANK = 2_000
const { rank, size } = world

/** A rank's unsorted numbers: the first steps of a linear congruential generator. */
function numbersOf(r: number): Uint32Array<ArrayBuffer> {
  let state = r + 1
  return Uint32Array.from(
    { length: PER_RANK },
    () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0),
  )
}

// 1. Sort what is here, and take size - 1 evenly spaced samples of it.
const mine = numbersOf(rank).sort()
const samples = Uint32Array.from(
  { length: size - 1 },
  (_, i) => mine[Math.floor(((i + 1) * PER_RANK) / size)]!,
)

// 2. All samples, sorted, give the splitters: rank r shall have the values from splitter r - 1 up to splitter r.
const allSamples = (await world.allgather(samples)).sort()
const splitters = Array.from({ length: size - 1 }, (_, i) => allSamples[(i + 1) * (size - 1) - 1]!)

// 3. Cut at the splitters and exchange. Blocks differ in length, and who gets how much is only known now.
const cuts = [0, ...splitters.map((splitter) => countBelow(splitter)), PER_RANK]
const counts = Array.from({ length: size }, (_, r) => cuts[r + 1]! - cuts[r]!)
const received = await world.alltoallv({ data: mine, counts })

// 4. What has come is sorted piece by piece; sort it through.
const sorted = received.data.sort()

function countBelow(value: number): number {
  const index = mine.findIndex((other) => other >= value)
  return index < 0 ? PER_RANK : index
}

// All pieces, one rank after the other, must be the sorted whole.
const all = await world.gatherv(sorted)
const largest = await world.allreduce(sorted.length, MAX)
if (all) {
  const expected = Uint32Array.from(Array.from({ length: size }, (_, r) => [...numbersOf(r)]).flat()).sort()
  assert.deepEqual(all.data, expected)
  console.log(`${all.data.length} numbers sorted; the largest piece has ${largest}`)
}

/**
 * Pi as the integral of 4 / (1 + x²) from 0 to 1: each rank adds up every size-th strip, a reduction the rest.
 *
 * Teaches: bcast, reduce, SUM
 * Run: npx tsrun -n 4 examples/mpi/03-pi.ts [strips]
 */

import assert from 'node:assert/strict'
import { SUM, world } from 'tsmpi'

const { rank, size } = world

// Rank 0 decides; what the other ranks pass to bcast is ignored.
const strips = await world.bcast(rank === 0 ? Number(process.argv[2] ?? 1_000_000) : undefined)
assert(
  Number.isInteger(strips) && strips >= 1,
  `the number of strips is ${strips}; give a whole number, 1 or more`,
)

const width = 1 / strips
let area = 0
for (let i = rank; i < strips; i += size) {
  const x = (i + 0.5) * width
  area += (4 / (1 + x * x)) * width
}

const pi = await world.reduce(area, SUM)

// Like gather, reduce gives its result to the root alone.
if (pi !== undefined) {
  // The midpoint rule is off by width² / 12 here; the rest is rounding.
  assert(Math.abs(pi - Math.PI) < (width * width) / 12 + 5e-11, `pi came out as ${pi}`)
  console.log(`pi is ${pi.toFixed(10)}`)
}

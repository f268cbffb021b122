/**
 * Heat flowing along a rod whose ends are kept at 0. Each rank has a piece of the rod and, in a ghost cell at
 * either end, a copy of its neighbour's outermost cell, renewed before every step.
 *
 * Teaches: sendrecv, into, null neighbours, allreduce with MAX
 * Run: npx tsrun -n 4 examples/mpi/09-heat-1d.ts
 */

import assert from 'node:assert/strict'
import { MAX, world } from 'tsmpi'

const CELLS = 101
const STEPS = 200
const SPEED = 0.4 // conductivity · time step / cell width²; stable up to 0.5

const { rank, size } = world
const first = Math.floor((rank * CELLS) / size)
const n = Math.floor(((rank + 1) * CELLS) / size) - first
assert(n >= 1, `${CELLS} cells are too few for ${size} ranks`)

// Beyond the ends of the rod there is nobody: a message to or from null does nothing, and the ghost stays 0.
const left = rank > 0 ? rank - 1 : null
const right = rank < size - 1 ? rank + 1 : null

// Cells 1 to n are this rank's own; 0 and n + 1 are ghosts. In the beginning: half a sine wave over the rod.
const angle = Math.PI / (CELLS + 1)
const start = (i: number) => Math.sin(angle * (first + i))
let now = Float64Array.from({ length: n + 2 }, (_, i) => (i >= 1 && i <= n ? start(i) : 0))
let then = new Float64Array(n + 2)

for (let step = 0; step < STEPS; step++) {
  // One cell to the left and one from the right, then the other way round.
  await world.sendrecv(now.subarray(1, 2), left, { source: right, into: now.subarray(n + 1) })
  await world.sendrecv(now.subarray(n, n + 1), right, { source: left, into: now.subarray(0, 1) })
  for (let i = 1; i <= n; i++) {
    then[i] = now[i]! + SPEED * (now[i - 1]! - 2 * now[i]! + now[i + 1]!)
  }
  ;[now, then] = [then, now]
}

// A sine wave keeps its shape: each step makes it smaller by the same factor, which is known exactly.
const shrunk = (1 - 4 * SPEED * Math.sin(angle / 2) ** 2) ** STEPS
let error = 0
for (let i = 1; i <= n; i++) error = Math.max(error, Math.abs(now[i]! - shrunk * start(i)))
const worst = await world.allreduce(error, MAX)
assert(worst < 1e-13, `a cell is off by ${worst}`)

if (rank === 0) console.log(`after ${STEPS} steps the middle of the rod is at ${shrunk.toFixed(6)}`)

/**
 * A token goes round the ring of ranks, each of which adds its rank; then all values go round at once.
 *
 * Teaches: send, recv, sendrecv
 * Run: npx tsrun -n 4 examples/mpi/02-ring.ts
 */

import assert from 'node:assert/strict'
import { world } from 'tsmpi'

const LAPS = 3
const { rank, size } = world
const next = (rank + 1) % size
const prev = (rank + size - 1) % size

// One token: whoever has it is the only one to work. Rank 0 sets it off and sees it come back.
let token = 0
for (let lap = 0; lap < LAPS; lap++) {
  if (rank === 0) {
    await world.send(token, next)
    token = await world.recv<number>(prev)
  } else {
    token = await world.recv<number>(prev)
    await world.send(token + rank, next)
  }
}
const perLap = (size * (size - 1)) / 2
if (rank === 0) assert.equal(token, LAPS * perLap)

// All at once: if every rank waited for its send before it receives, all might wait forever. sendrecv does both.
let value = rank
let sum = 0
for (let step = 0; step < size; step++) {
  value = await world.sendrecv<number>(value, next, { source: prev })
  sum += value
}
assert.equal(value, rank, 'after as many steps as there are ranks, each has its own value back')
assert.equal(sum, perLap)

if (rank === 0) console.log(`after ${LAPS} laps in a ring of ${size} the token is ${token}`)

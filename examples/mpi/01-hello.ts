/**
 * Every rank greets; rank 0 collects the greetings and prints them in the order of ranks.
 *
 * Teaches: world, rank, size, hostname, gather
 * Run: npx tsrun -n 4 examples/mpi/01-hello.ts
 */

import assert from 'node:assert/strict'
import { hostname, world } from 'tsmpi'

const { rank, size } = world

// Every rank runs this whole script. What a rank prints itself comes out in no particular order, hence the gather.
const greetings = await world.gather(`Hello from rank ${rank} of ${size} on ${hostname}`)

// The root of a gather, rank 0 unless told otherwise, gets the list; the other ranks get undefined.
if (greetings) {
  assert.equal(greetings.length, size)
  for (const [r, greeting] of greetings.entries()) {
    assert(greeting.startsWith(`Hello from rank ${r} of ${size} `), greeting)
  }
  console.log(greetings.join('\n'))
} else {
  assert.notEqual(rank, 0)
}

/**
 * Pi from random points in a square. Every rank has a seeded generator of its own, so that a run with as many
 * ranks gives the same digits every time.
 *
 * Teaches: allreduce
 * Run: npx tsrun -n 4 examples/mpi/04-monte-carlo-pi.ts
 */

import assert from 'node:assert/strict'
import { SUM, world } from 'tsmpi'

const POINTS_PER_RANK = 200_000
const SEED = 20_260

/** The generator mulberry32: uniform in [0, 1), a different stream for each seed. */
function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** How many of a rank's points lie in the quarter circle. */
function pointsInside(rank: number): number {
  // Neighbouring seeds are neighbouring states of mulberry32: the factor sets the ranks' streams far apart.
  const random = generator(Math.imul(SEED + rank, 0x9e3779b1))
  let inside = 0
  for (let i = 0; i < POINTS_PER_RANK; i++) {
    if (random() ** 2 + random() ** 2 < 1) inside++
  }
  return inside
}

const { rank, size } = world
const inside = await world.allreduce(pointsInside(rank), SUM)

// Every rank has the sum; rank 0 draws all the streams again and must count the very same points.
const points = size * POINTS_PER_RANK
const pi = (4 * inside) / points
const deviation = 4 * Math.sqrt(((Math.PI / 4) * (1 - Math.PI / 4)) / points)
assert(Math.abs(pi - Math.PI) < 4 * deviation, `${pi} is more than four standard deviations from pi`)
if (rank === 0) {
  const counts = Array.from({ length: size }, (_, r) => pointsInside(r))
  assert.equal(
    inside,
    counts.reduce((a, b) => a + b),
  )
  console.log(`${inside} of ${points} points inside: pi is about ${pi.toFixed(6)}`)
}

/**
 * Two star clusters that meet. Each rank has some of the stars; to feel the pull of all others, copies of the stars
 * travel round the ring of ranks, and while one block is on its way, the block before it is worked on.
 *
 * Teaches: sendrecv, source, a promise held while computing, gatherv, reduce
 * Picture: the trails of the stars
 * Run: npx tsrun -n 4 examples/mpi/kernels/n-body.ts [--png FILE]
 */

import assert from 'node:assert/strict'
import { world } from 'tsmpi'
import { glow, Picture, pictureFile } from './picture.ts'

const STARS = 100
const STEPS = 100
const DT = 0.03
const SOFTENING = 0.05 // keeps two stars that nearly touch from flinging each other away

const { rank, size } = world
const firstOf = (r: number) => Math.floor((r * STARS) / size)
const first = firstOf(rank)
const n = firstOf(rank + 1) - first
const left = (rank + size - 1) % size
const right = (rank + 1) % size

/** Star i: the first half are one cluster, the others its mirror image, so that all momenta add up to 0. */
function star(i: number): { x: number; y: number; vx: number; vy: number; mass: number } {
  const mirror = i < STARS / 2 ? 1 : -1
  const k = i % (STARS / 2)
  if (k === 0) return { x: -1.2 * mirror, y: -0.4 * mirror, vx: 0.35 * mirror, vy: 0, mass: 1 }
  // The rest circle the heavy one in the middle, at the speed that its mass asks for.
  const radius = 0.15 + 0.5 * (k / (STARS / 2))
  const angle = 2.4 * k
  const speed = Math.sqrt(1 / radius)
  return {
    x: mirror * (-1.2 + radius * Math.cos(angle)),
    y: mirror * (-0.4 + radius * Math.sin(angle)),
    vx: mirror * (0.35 - speed * Math.sin(angle)),
    vy: mirror * speed * Math.cos(angle),
    mass: 0.001,
  }
}

// What travels: x, y and mass of each star of a block. What stays: velocities and accelerations.
const mine = new Float64Array(3 * n)
const velocity = new Float64Array(2 * n)
for (let i = 0; i < n; i++) {
  const { x, y, vx, vy, mass } = star(first + i)
  mine.set([x, y, mass], 3 * i)
  velocity.set([vx, vy], 2 * i)
}

/** Adds the pull of the stars in `others` to the accelerations of those in `block`. */
function pull(block: Float64Array, others: Float64Array, acceleration: Float64Array): void {
  for (let i = 0; 3 * i < block.length; i++) {
    for (let j = 0; j < others.length; j += 3) {
      const dx = others[j]! - block[3 * i]!
      const dy = others[j + 1]! - block[3 * i + 1]!
      const r2 = dx * dx + dy * dy + SOFTENING ** 2
      const f = others[j + 2]! / (r2 * Math.sqrt(r2))
      acceleration[2 * i]! += f * dx
      acceleration[2 * i + 1]! += f * dy
    }
  }
}

/** Once round the ring: every block of stars comes by. Blocks may differ in length, so no `into`. */
async function accelerations(): Promise<Float64Array> {
  const acceleration = new Float64Array(2 * n)
  let visiting: Float64Array = mine
  for (let step = 1; step < size; step++) {
    const next = world.sendrecv<Float64Array>(visiting, right, { source: left })
    pull(mine, visiting, acceleration)
    visiting = await next
  }
  pull(mine, visiting, acceleration)
  return acceleration
}

const file = pictureFile('n-body.png')
const trails: Float64Array[] = []
const startsAt = Array.from({ length: size }, (_, r) => 3 * firstOf(r))

// Leapfrog: half a kick, a drift, half a kick.
let acceleration = await accelerations()
for (let step = 0; step < STEPS; step++) {
  for (let i = 0; i < 2 * n; i++) velocity[i]! += (DT / 2) * acceleration[i]!
  for (let i = 0; i < n; i++) {
    mine[3 * i]! += DT * velocity[2 * i]!
    mine[3 * i + 1]! += DT * velocity[2 * i + 1]!
  }
  acceleration = await accelerations()
  for (let i = 0; i < 2 * n; i++) velocity[i]! += (DT / 2) * acceleration[i]!
  if (file !== null) trails.push((await world.gatherv(mine))?.data ?? mine)
}

// What went round the ring is what every star felt, so the momentum is what it was: nothing at all.
const momentum = new Float64Array(2)
for (let i = 0; i < n; i++) for (const k of [0, 1]) momentum[k]! += mine[3 * i + 2]! * velocity[2 * i + k]!
const total = await world.reduce(momentum)
const stars = await world.gatherv(mine)
const felt = await world.gatherv(acceleration)
if (total !== undefined && stars !== undefined && felt !== undefined) {
  assert(Math.hypot(...total) < 1e-12, `a momentum of ${total}`)
  // And the accelerations are those of one sum over all pairs, up to the order of adding.
  const direct = new Float64Array(2 * STARS)
  pull(stars.data, stars.data, direct)
  assert.deepEqual(stars.displs, startsAt)
  for (const [i, a] of direct.entries())
    assert(Math.abs(a - felt.data[i]!) <= 1e-10 * Math.max(1, Math.abs(a)))
  const apart = Math.hypot(
    stars.data[0]! - stars.data[1.5 * STARS]!,
    stars.data[1]! - stars.data[1.5 * STARS + 1]!,
  )
  console.log(`after ${STEPS} steps the hearts of the clusters are ${apart.toFixed(3)} apart`)
  if (file !== null) {
    const picture = new Picture(400, 300, glow(0))
    trails.forEach((places, t) => {
      for (let i = 0; i < STARS; i++) {
        const radius = i % (STARS / 2) === 0 ? 1 : 0
        picture.dot(
          200 + 100 * places[3 * i]!,
          150 + 100 * places[3 * i + 1]!,
          radius,
          glow(0.25 + 0.75 * (t / STEPS)),
        )
      }
    })
    await picture.write(file)
  }
}

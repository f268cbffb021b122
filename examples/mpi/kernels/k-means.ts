/**
 * k-means clustering: each rank has some of the points. In every round all ranks hold the same centres, add up what
 * of their points is nearest to each, and one allreduce makes the new centres, the same everywhere.
 *
 * Teaches: bcast, allreduce of sums and counts, gatherv
 * Picture: the points in the colours of their clusters, the centres as black squares
 * Run: npx tsrun -n 4 examples/mpi/kernels/k-means.ts [--png FILE]
 */

import assert from 'node:assert/strict'
import { world } from 'tsmpi'
import { GROUPS, Picture, pictureFile } from './picture.ts'

const POINTS = 6000
const K = 6
const UNIT = 1024

const { rank, size } = world
const first = Math.floor((rank * POINTS) / size)
const n = Math.floor(((rank + 1) * POINTS) / size) - first

/** A number in [0, 1) that depends on `i` alone, so that point i is the same on any number of ranks. */
function noise(i: number): number {
  let h = Math.imul(i + 1, 0x9e3779b1)
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return ((h ^ (h >>> 16)) >>> 0) / 2 ** 32
}

/** Point i, of one of K heaps on a circle. A multiple of 1 / UNIT: sums of such numbers are exact in any order. */
function point(i: number): [x: number, y: number] {
  const angle = (2 * Math.PI * (i % K)) / K
  const spread = (k: number) => noise(10 * i + k) + noise(10 * i + k + 1) + noise(10 * i + k + 2) - 1.5
  const exact = (x: number) => Math.round(x * UNIT) / UNIT
  return [exact(2 * Math.cos(angle) + spread(1)), exact(2 * Math.sin(angle) + spread(4))]
}

/** For points one after another: the sums of x and y and the number of those nearest to each centre, and all costs. */
function assign(points: Float64Array, centres: Float64Array, labels: Uint8Array): Float64Array {
  const sums = new Float64Array(3 * K + 1)
  for (let i = 0; i < labels.length; i++) {
    const [x, y] = [points[2 * i]!, points[2 * i + 1]!]
    let nearest = 0
    let least = Infinity
    for (let k = 0; k < K; k++) {
      const distance = (x - centres[2 * k]!) ** 2 + (y - centres[2 * k + 1]!) ** 2
      if (distance < least) [nearest, least] = [k, distance]
    }
    labels[i] = nearest
    sums[3 * nearest]! += x
    sums[3 * nearest + 1]! += y
    sums[3 * nearest + 2]! += 1
    sums[3 * K]! += least
  }
  return sums
}

/** Moves each centre to the middle of its points. False: none has moved. */
function move(centres: Float64Array, sums: Float64Array): boolean {
  const before = centres.slice()
  for (let k = 0; k < K; k++) {
    const count = sums[3 * k + 2]!
    if (count === 0) continue // a centre without points stays where it is
    centres[2 * k] = sums[3 * k]! / count
    centres[2 * k + 1] = sums[3 * k + 1]! / count
  }
  return centres.some((c, i) => c !== before[i])
}

const pointsFrom = (from: number, count: number) =>
  Float64Array.from({ length: 2 * count }, (_, i) => point(from + (i >> 1))[i % 2]!)
const points = pointsFrom(first, n)
const labels = new Uint8Array(n)

// Rank 0 chooses the first centres, points that lie far from each other; the array of everybody else is filled.
const centres = new Float64Array(2 * K)
if (rank === 0) for (let k = 0; k < K; k++) centres.set(point(7 * k + 3), 2 * k)
await world.bcast(centres)
const chosen = centres.slice()

const inertias: number[] = []
for (let moved = true; moved; ) {
  const sums = await world.allreduce(assign(points, centres, labels))
  moved = move(centres, sums)
  inertias.push(sums[3 * K]!)
  assert(inertias.length < 100, 'it does not come to rest')
}

// No round makes it worse.
for (const [i, inertia] of inertias.entries())
  assert(
    i === 0 || inertia <= inertias[i - 1]! * (1 + 1e-12),
    `round ${i} makes ${inertia} of ${inertias[i - 1]}`,
  )

const all = await world.gatherv(labels)
if (all !== undefined) {
  // The same by one rank alone, to the last bit: this is what exact sums are good for.
  const [everything, alone, aloneCentres] = [pointsFrom(0, POINTS), new Uint8Array(POINTS), chosen]
  while (move(aloneCentres, assign(everything, aloneCentres, alone)));
  assert.deepEqual(all.data, alone)
  assert.deepEqual(centres, aloneCentres)
  const counts = Array.from({ length: K }, (_, k) => alone.filter((label) => label === k).length)
  console.log(`${inertias.length} rounds: clusters of ${counts.sort((a, b) => b - a).join(', ')} points`)

  const file = pictureFile('k-means.png')
  if (file !== null) {
    const picture = new Picture(360, 360)
    const at = (v: number) => 180 + 50 * v
    for (let i = 0; i < POINTS; i++)
      picture.paint(at(everything[2 * i]!), at(everything[2 * i + 1]!), GROUPS[alone[i]!]!)
    for (let k = 0; k < K; k++) picture.dot(at(centres[2 * k]!), at(centres[2 * k + 1]!), 3, [0, 0, 0])
    await picture.write(file)
  }
}

/**
 * Flow in a channel by the lattice Boltzmann method. In each cell there are nine populations of particles, which
 * collide and then move on to the next cell, each in its own direction. Ranks have slices across the channel; only
 * the three populations that move right, and the three that move left, cross from slice to slice.
 *
 * Teaches: sendrecv both ways at once, tag, allreduce, gatherv
 * Picture: the speed of a flow around an obstacle, with a street of vortices behind it
 * Run: npx tsrun -n 4 examples/mpi/kernels/lattice-boltzmann.ts [--png FILE]
 */

import assert from 'node:assert/strict'
import { world } from 'tsmpi'
import { glow, Picture, pictureFile } from './picture.ts'

// The nine directions, their shares in a fluid at rest, and for each the one that points back.
const CX = [0, 1, 0, -1, 0, 1, -1, -1, 1]
const CY = [0, 0, 1, 0, -1, 1, 1, -1, -1]
const WEIGHT = [4, 1, 1, 1, 1, 1 / 4, 1 / 4, 1 / 4, 1 / 4].map((w) => w / 9)
const BACK = [0, 3, 4, 1, 2, 7, 8, 5, 6]
const RIGHT = [1, 5, 8]
const LEFT = [3, 6, 7]

const { rank, size } = world
const left = (rank + size - 1) % size
const right = (rank + 1) % size

interface Channel {
  readonly width: number
  readonly height: number
  readonly steps: number
  /** How long a disturbance takes to die away; the viscosity is (relaxation - 1/2) / 3. */
  readonly relaxation: number
  /** The push along the channel, on each cell in each step. */
  readonly force: number
  /** Along the channel, everywhere in the beginning. */
  readonly speed: number
  readonly isSolid: (x: number, y: number) => boolean
}

/** How many particles of a fluid in balance, which moves at (vx, vy), go in direction `q`. */
function balance(q: number, density: number, vx: number, vy: number): number {
  const along = CX[q]! * vx + CY[q]! * vy
  return WEIGHT[q]! * density * (1 + 3 * along + 4.5 * along * along - 1.5 * (vx * vx + vy * vy))
}

/** Runs the flow; gives the speed along and across the channel in each cell, column by column, and the mass. */
async function flow({ width, height, steps, relaxation, force, speed, isSolid }: Channel) {
  const first = Math.floor((rank * width) / size)
  const n = Math.floor(((rank + 1) * width) / size) - first
  assert(n > 0, `${width} columns are too few for ${size} ranks`)
  // Columns 1 to n are this rank's own, 0 and n + 1 are ghosts, and rows -1 and height are the walls.
  const cells = (n + 2) * height
  const solid = Uint8Array.from({ length: cells }, (_, i) =>
    isSolid((first + Math.floor(i / height) - 1 + width) % width, i % height) ? 1 : 0,
  )
  let now = WEIGHT.map((_, q) => new Float64Array(cells).fill(balance(q, 1, speed, 0)))
  let then = WEIGHT.map(() => new Float64Array(cells))
  const [ux, uy] = [new Float64Array(n * height), new Float64Array(n * height)]

  /** The populations `which` of one column, one after another. */
  const pack = (which: readonly number[], column: number) => {
    const packed = new Float64Array(which.length * height)
    for (const [k, q] of which.entries())
      packed.set(now[q]!.subarray(column * height, (column + 1) * height), k * height)
    return packed
  }
  const unpack = (which: readonly number[], column: number, packed: Float64Array) => {
    for (const [k, q] of which.entries())
      now[q]!.set(packed.subarray(k * height, (k + 1) * height), column * height)
  }

  const push = 3 * force * (1 - 1 / (2 * relaxation))
  for (let step = 0; step < steps; step++) {
    for (let i = height; i < (n + 1) * height; i++) {
      if (solid[i] === 1) continue
      let [density, mx, my] = [0, 0, 0]
      for (let q = 0; q < 9; q++) {
        const f = now[q]![i]!
        density += f
        mx += CX[q]! * f
        my += CY[q]! * f
      }
      // The speed is that half-way through the push (the scheme of Guo, Zheng and Shi).
      const vx = (mx + force / 2) / density
      const vy = my / density
      ux[i - height] = vx
      uy[i - height] = vy
      for (let q = 0; q < 9; q++) {
        const f = now[q]![i]!
        now[q]![i] = f + (balance(q, density, vx, vy) - f) / relaxation + push * WEIGHT[q]! * CX[q]!
      }
    }
    // Both ways at once; the tags keep them apart where the left neighbour is the right one too.
    const [fromLeft, fromRight] = await Promise.all([
      world.sendrecv(pack(RIGHT, n), right, { source: left, tag: 1, as: Float64Array }),
      world.sendrecv(pack(LEFT, 1), left, { source: right, tag: 2, as: Float64Array }),
    ])
    unpack(RIGHT, 0, fromLeft)
    unpack(LEFT, n + 1, fromRight)
    // Each cell takes what moves to it; from a wall, or from a solid cell, its own comes back.
    for (let q = 0; q < 9; q++) {
      const [target, source, back] = [then[q]!, now[q]!, now[BACK[q]!]!]
      for (let column = 1; column <= n; column++) {
        for (let y = 0; y < height; y++) {
          const i = column * height + y
          const from = i - CX[q]! * height - CY[q]!
          const wall = y - CY[q]! < 0 || y - CY[q]! >= height
          target[i] = wall || solid[from] === 1 ? back[i]! : source[from]!
        }
      }
    }
    ;[now, then] = [then, now]
  }
  let mass = 0
  for (const f of now) for (let i = height; i < (n + 1) * height; i++) mass += solid[i] === 1 ? 0 : f[i]!
  return { ux, uy, mass: await world.allreduce(mass) }
}

// An empty channel. With this relaxation the walls are exactly half-way between the last cells and the next, and the
// flow becomes the parabola that Poiseuille found.
const channel = {
  width: 16,
  height: 6,
  steps: 400,
  relaxation: 0.5 + Math.sqrt(3 / 16),
  force: 1e-6,
  speed: 0,
}
const { ux, mass } = await flow({ ...channel, isSolid: () => false })
const { width, height, relaxation, force } = channel
assert(Math.abs(mass / (width * height) - 1) < 1e-12, `a mass of ${mass}`)
const viscosity = (relaxation - 1 / 2) / 3
const parabola = (y: number) => (force / (2 * viscosity)) * (y + 0.5) * (height - 0.5 - y)
const fastest = parabola((height - 1) / 2)
for (const [i, speed] of ux.entries()) {
  const wanted = parabola(i % height)
  assert(
    Math.abs(speed - wanted) < 1e-6 * fastest,
    `a speed of ${speed} instead of ${wanted} in row ${i % height}`,
  )
}
if (rank === 0)
  console.log(`the flow is Poiseuille's parabola; in the middle it is ${fastest.toExponential(4)} fast`)

const file = pictureFile('lattice-boltzmann.png')
if (file !== null) {
  const [w, h] = [280, 84]
  const isSolid = (x: number, y: number) => (x - 50) ** 2 + (y - 39) ** 2 < 9 ** 2
  // It begins in motion: from rest it takes far longer until the wake begins to swing.
  const moving = { steps: 5000, relaxation: 0.53, force: 2e-6, speed: 0.1 }
  const around = await flow({ width: w, height: h, ...moving, isSolid })
  const speeds = await world.gatherv(around.ux.map((u, i) => Math.hypot(u, around.uy[i]!)))
  if (speeds !== undefined) {
    const greatest = speeds.data.reduce((a, b) => Math.max(a, b))
    const picture = new Picture(w, h, [255, 255, 255])
    speeds.data.forEach((speed, i) => {
      const [x, y] = [Math.floor(i / h), i % h]
      if (!isSolid(x, y)) picture.paint(x, y, glow(speed / greatest))
    })
    await picture.write(file)
  }
}

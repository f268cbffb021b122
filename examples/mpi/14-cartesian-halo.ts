/**
 * Heat on a torus: each rank has a tile of the plane, with a rim of ghost cells that is renewed from the four
 * neighbours before every step. The grid of ranks is closed along both dimensions, so nobody is at an edge.
 *
 * Teaches: createCart, dimsCreate, shift, neighborAlltoall, sub
 * Run: npx tsrun -n 6 examples/mpi/14-cartesian-halo.ts
 */

import assert from 'node:assert/strict'
import { dimsCreate, MAX, world } from 'tsmpi'

const N = 12 // rows and columns of a tile; with its rim it has N + 2
const STEPS = 50
const SPEED = 0.2

const cart = await world.createCart(dimsCreate(world.size, [0, 0]), { periods: true })
const [rows, columns] = cart.dims
const [i, j] = cart.coords
const { source: up, dest: down } = cart.shift(0)
assert.deepEqual([up, down], [cart.rankOf([i - 1, j]), cart.rankOf([i + 1, j])])

// A wave that fits the torus: cell (y, x) of this tile, counted from its rim, in the plane of all tiles.
const W = N + 2
const [ky, kx] = [(2 * Math.PI) / (rows * N), (2 * Math.PI) / (columns * N)]
const start = (y: number, x: number) => Math.sin(ky * (i * N + y - 1)) + Math.cos(kx * (j * N + x - 1))
let now = Float64Array.from({ length: W * W }, (_, at) => start(Math.floor(at / W), at % W))
let then = new Float64Array(W * W)

// The edges of a tile and the ghosts beyond them, in the order of cart.neighbors: up, down, left, right.
const line = (first: number, step: number) => Array.from({ length: N }, (_, k) => first + k * step)
const edges = [line(W + 1, 1), line(N * W + 1, 1), line(W + 1, W), line(W + N, W)].flat()
const ghosts = [line(1, 1), line((N + 1) * W + 1, 1), line(W, W), line(W + N + 1, W)].flat()
const out = new Float64Array(4 * N)
const halo = new Float64Array(4 * N)

for (let step = 0; step < STEPS; step++) {
  for (let k = 0; k < 4 * N; k++) out[k] = now[edges[k]!]!
  await cart.neighborAlltoall(out, { into: halo })
  for (let k = 0; k < 4 * N; k++) now[ghosts[k]!] = halo[k]!
  for (let at = W + 1; at < W * W - W - 1; at++) {
    then[at] = now[at]! + SPEED * (now[at - W]! + now[at + W]! + now[at - 1]! + now[at + 1]! - 4 * now[at]!)
  }
  ;[now, then] = [then, now]
}

// Each wave keeps its shape and shrinks by a factor that is known exactly.
const shrunk = (k: number) => (1 - 4 * SPEED * Math.sin(k / 2) ** 2) ** STEPS
let error = 0
for (let y = 1; y <= N; y++) {
  for (let x = 1; x <= N; x++) {
    const exact = shrunk(ky) * Math.sin(ky * (i * N + y - 1)) + shrunk(kx) * Math.cos(kx * (j * N + x - 1))
    error = Math.max(error, Math.abs(now[y * W + x]! - exact))
  }
}
// The worst cell of each row of tiles, then of each column of those: of all.
const [row, column] = [await cart.sub([false, true]), await cart.sub([true, false])]
const worst = await column.allreduce(await row.allreduce(error, MAX), MAX)
assert(worst < 1e-12, `a cell is off by ${worst}`)
if (world.rank === 0) console.log(`${rows} × ${columns} tiles: every cell is right after ${STEPS} steps`)

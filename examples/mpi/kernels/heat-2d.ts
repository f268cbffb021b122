/**
 * Heat on a plate. In each step every cell takes the mean of its four neighbours (Jacobi's method). The ranks are a
 * grid, each with a tile of the plate and a rim of ghost cells around it, which it gets from the four tiles next to
 * it. The cells of a column lie far apart in memory; layouts name them, and they are sent and received where they are.
 *
 * Teaches: dimsCreate, createCart, shift, subarray, sendrecv with into, allreduce with MAX
 * Picture: three heaters in a plate with cold edges, and lines of equal temperature
 * Run: npx tsrun -n 4 examples/mpi/kernels/heat-2d.ts [--png FILE]
 */

import assert from 'node:assert/strict'
import { dimsCreate, MAX, subarray, world } from 'tsmpi'
import { glow, Picture, pictureFile } from './picture.ts'

const { rank, size } = world
const cart = await world.createCart(dimsCreate(size, [0, 0]))
// Beyond the edge of the plate there is nobody, null: nothing is sent there, and the ghosts stay 0, which is cold.
const { source: up, dest: down } = cart.shift(0)
const { source: left, dest: right } = cart.shift(1)

/** The tile that the rank at these coordinates has of a plate of n × n cells; rows and columns count from 0. */
function tileAt([i, j]: readonly [number, number], n: number) {
  const [top, bottom] = [i, i + 1].map((k) => Math.floor((k * n) / cart.dims[0])) as [number, number]
  const [first, end] = [j, j + 1].map((k) => Math.floor((k * n) / cart.dims[1])) as [number, number]
  return { top, first, height: bottom - top, width: end - first }
}

/** A rectangle of `cells`, which are a tile of height × width with its rim. Row 0 and column 0 are in the rim. */
const part = (
  cells: Float64Array,
  [height, width]: readonly [number, number],
  starts: readonly number[],
  subsizes: readonly number[],
) => subarray(cells, { sizes: [height + 2, width + 2], subsizes, starts })

/** A call that renews the rim of `cells`: all four sides at once, told apart by the way that the heat goes. */
function exchanger(cells: Float64Array, height: number, width: number): () => Promise<unknown> {
  const row = (y: number) => part(cells, [height, width], [y, 1], [1, width])
  const column = (x: number) => part(cells, [height, width], [1, x], [height, 1])
  const [top, bottom, ghostAbove, ghostBelow] = [row(1), row(height), row(0), row(height + 1)]
  const [west, east, ghostWest, ghostEast] = [column(1), column(width), column(0), column(width + 1)]
  return () =>
    Promise.all([
      cart.sendrecv(top, up, { source: down, into: ghostBelow, tag: 1 }),
      cart.sendrecv(bottom, down, { source: up, into: ghostAbove, tag: 2 }),
      cart.sendrecv(west, left, { source: right, into: ghostEast, tag: 3 }),
      cart.sendrecv(east, right, { source: left, into: ghostWest, tag: 4 }),
    ])
}

/** One step; gives the greatest change of a cell. Cells that are `held` keep their temperature. */
function step(
  now: Float64Array,
  then: Float64Array,
  held: Uint8Array,
  height: number,
  width: number,
): number {
  const stride = width + 2
  let greatest = 0
  for (let y = 1; y <= height; y++) {
    for (let i = y * stride + 1; i <= y * stride + width; i++) {
      const mean = 0.25 * (now[i - stride]! + now[i + stride]! + now[i - 1]! + now[i + 1]!)
      then[i] = held[i] === 1 ? now[i]! : mean
      greatest = Math.max(greatest, Math.abs(then[i]! - now[i]!))
    }
  }
  return greatest
}

interface Plate {
  readonly n: number
  /** What each cell is at in the beginning. */
  readonly start: (y: number, x: number) => number
  /** Whether a cell stays as it is. */
  readonly isHeld: (y: number, x: number) => boolean
}

/** The cells of a tile with its rim, as they are in the beginning, and a 1 for each that is held. */
function fill({ n, start, isHeld }: Plate, { top, first, height, width }: ReturnType<typeof tileAt>) {
  assert(height > 0 && width > 0, `a plate of ${n} × ${n} cells is too small for ${size} ranks`)
  const cells = new Float64Array((height + 2) * (width + 2))
  const held = new Uint8Array(cells.length)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = (y + 1) * (width + 2) + x + 1
      cells[at] = start(top + y, first + x)
      held[at] = isHeld(top + y, first + x) ? 1 : 0
    }
  }
  return { cells, held }
}

/** Up to `limit` steps, until none of a hundred changes anything by `rest`. Rank 0 gets the whole plate, with rim. */
async function heat(plate: Plate, limit: number, rest: number): Promise<Float64Array | undefined> {
  const tile = tileAt(cart.coords, plate.n)
  const { height, width } = tile
  const { cells, held } = fill(plate, tile)
  let [now, then] = [cells, cells.slice()]
  let [renew, renewThen] = [exchanger(now, height, width), exchanger(then, height, width)]
  for (let steps = 1; steps <= limit; steps++) {
    await renew()
    const change = step(now, then, held, height, width)
    ;[now, then, renew, renewThen] = [then, now, renewThen, renew]
    if (steps % 100 === 0 && (await cart.allreduce(change, MAX)) < rest) break
  }
  // What a rank sends are the cells within its rim; rank 0 receives them right at their place in the plate.
  const { n } = plate
  const sent = cart.send(part(now, [height, width], [1, 1], [height, width]), 0)
  const whole = new Float64Array(rank === 0 ? (n + 2) ** 2 : 0)
  for (let source = 0; source < (rank === 0 ? size : 0); source++) {
    const theirs = tileAt(cart.coordsOf(source), n)
    const place = part(whole, [n, n], [theirs.top + 1, theirs.first + 1], [theirs.height, theirs.width])
    await cart.recv(source, { into: place })
  }
  await sent
  return rank === 0 ? whole : undefined
}

// Half a wave in both directions keeps its shape, and each step makes it smaller by a factor that is known.
const [N, STEPS] = [63, 200]
const angle = Math.PI / (N + 1)
const wave = (y: number, x: number) => Math.sin(angle * (y + 1)) * Math.sin(angle * (x + 1))
const waving: Plate = { n: N, start: wave, isHeld: () => false }
const shrunk = Math.cos(angle) ** STEPS
const whole = await heat(waving, STEPS, 0)
if (whole !== undefined) {
  for (let y = 0; y < N; y++)
    for (let x = 0; x < N; x++) {
      const found = whole[(y + 1) * (N + 2) + x + 1]!
      const wanted = shrunk * wave(y, x)
      assert(Math.abs(found - wanted) < 1e-13, `cell (${y}, ${x}) is at ${found} instead of ${wanted}`)
    }
  // One rank alone gets the same, to the last bit: no cell's sum depends on whose cells are in it.
  const { cells, held } = fill(waving, { top: 0, first: 0, height: N, width: N })
  let [now, then] = [cells, cells.slice()]
  for (let steps = 0; steps < STEPS; steps++) {
    step(now, then, held, N, N)
    ;[now, then] = [then, now]
  }
  assert.deepEqual(whole, now)
  const middle = whole[((N + 1) / 2) * (N + 3)]!
  console.log(`after ${STEPS} steps the middle of the plate is at ${middle.toFixed(9)}`)
}

const file = pictureFile('heat-2d.png')
if (file !== null) {
  const n = 240
  const near = (cy: number, cx: number, r: number) => (y: number, x: number) => Math.hypot(y - cy, x - cx) < r
  const bar = (y: number, x: number) => Math.abs(y - 185) < 7 && Math.abs(x - 120) < 75
  const [one, two] = [near(80, 75, 26), near(70, 170, 15)]
  const start = (y: number, x: number) => (one(y, x) ? 1 : two(y, x) ? 0.8 : bar(y, x) ? 0.6 : 0)
  const warm = await heat({ n, start, isHeld: (y, x) => start(y, x) > 0 }, 40_000, 1e-6)
  if (warm !== undefined) {
    const picture = new Picture(n, n)
    const at = (y: number, x: number) => warm[(y + 1) * (n + 2) + x + 1]!
    const band = (y: number, x: number) => Math.floor(16 * at(y, x))
    for (let y = 0; y < n; y++)
      for (let x = 0; x < n; x++) {
        const isLine = band(y, x) !== band(y, x - 1) || band(y, x) !== band(y - 1, x)
        picture.paint(x, y, glow(at(y, x) - (isLine ? 0.12 : 0)))
      }
    await picture.write(file)
  }
}

/**
 * The Mandelbrot set. Some rows of the picture take a hundred times as long as others, so rank 0 deals them out
 * one at a time: whichever worker sends a row back gets the next one.
 *
 * Teaches: ANY_SOURCE, status, tag, send of typed arrays
 * Picture: the set, black in its glow
 * Run: npx tsrun -n 4 examples/mpi/kernels/mandelbrot.ts [--png FILE]
 */

import assert from 'node:assert/strict'
import { ANY_SOURCE, world } from 'tsmpi'
import { glow, Picture, pictureFile } from './picture.ts'

const WIDTH = 360
const HEIGHT = 240
const LIMIT = 400
// One pixel is this wide and this high; the rows lie symmetrically around the real axis.
const STEP = 2.4 / HEIGHT
const LEFT = -2.4

const { rank, size } = world

/** How many steps z → z² + c takes to leave the circle of radius 2, for each pixel of a row; at most LIMIT. */
function escapeTimes(row: number): Uint16Array {
  const times = new Uint16Array(WIDTH)
  const cy = (row - (HEIGHT - 1) / 2) * STEP
  for (let column = 0; column < WIDTH; column++) {
    const cx = LEFT + column * STEP
    let [x, y, n] = [0, 0, 0]
    while (n < LIMIT && x * x + y * y <= 4) {
      const next = x * x - y * y + cx
      y = 2 * x * y + cy
      x = next
      n++
    }
    times[column] = n
  }
  return times
}

/** Deals out the rows. A row comes back with its number as tag; the status says whose it is and which. */
async function master(): Promise<Uint16Array> {
  const image = new Uint16Array(WIDTH * HEIGHT)
  let next = 0
  const deal = (worker: number) => world.send(next < HEIGHT ? next++ : null, worker)
  for (let worker = 1; worker < size; worker++) await deal(worker)
  for (let row = 0; row < HEIGHT; row++) {
    const { value, status } = await world.recv(ANY_SOURCE, { as: Uint16Array, status: true })
    image.set(value, status.tag * WIDTH)
    await deal(status.source!)
  }
  return image
}

async function worker(): Promise<void> {
  for (;;) {
    const row = await world.recv<number | null>(0)
    if (row === null) return
    await world.send(escapeTimes(row), 0, { tag: row })
  }
}

function alone(): Uint16Array {
  const image = new Uint16Array(WIDTH * HEIGHT)
  for (let row = 0; row < HEIGHT; row++) image.set(escapeTimes(row), row * WIDTH)
  return image
}

if (rank > 0) await worker()
else {
  const image = size > 1 ? await master() : alone()
  assert.deepEqual(image, alone())
  // The set mirrors itself in the real axis, and its area is known to be 1.5066, give or take 0.0001.
  const inside = image.filter((n) => n === LIMIT).length
  const area = inside * STEP ** 2
  assert(Math.abs(area - 1.5066) < 0.02, `an area of ${area}`)
  for (let i = 0; i < WIDTH; i++) assert.equal(image[i], image[(HEIGHT - 1) * WIDTH + i])
  console.log(`${inside} of ${image.length} points in the set: its area is about ${area.toFixed(3)}`)

  const file = pictureFile('mandelbrot.png')
  if (file !== null) {
    const picture = new Picture(WIDTH, HEIGHT)
    image.forEach((n, i) => {
      const color = n === LIMIT ? glow(0) : glow(0.05 + 0.95 * (Math.log(n) / Math.log(60)) ** 1.5)
      picture.paint(i % WIDTH, i / WIDTH, color)
    })
    await picture.write(file)
  }
}

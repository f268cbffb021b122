/**
 * Charged particles in a grid of fixed charges: one after another in one typed array, so that some of them are sent
 * as they are. Free of messages.
 */

import type { Dice } from './dice.ts'

/** Numbers for each particle: x, y, speed along x, speed along y, charge; where it was first, x and y; its number. */
export const FIELDS = 8
const [X, Y, VX, VY, CHARGE, X0, Y0, ID] = [0, 1, 2, 3, 4, 5, 6, 7] as const

/** Cells `left` to `left + width - 1` and `bottom` to `bottom + height - 1`. */
export interface Tile {
  readonly left: number
  readonly width: number
  readonly bottom: number
  readonly height: number
}

export class Particles {
  #data = new Float64Array(64 * FIELDS)
  #end = 0

  get count(): number {
    return this.#end / FIELDS
  }

  /** The numbers of all particles. Only until some are added. */
  get data(): Float64Array {
    return this.#data.subarray(0, this.#end)
  }

  clear(): void {
    this.#end = 0
  }

  add(some: Float64Array): void {
    this.#makeRoom(some.length)
    this.#data.set(some, this.#end)
    this.#end += some.length
  }

  addOne(from: Float64Array, at: number): void {
    this.#makeRoom(FIELDS)
    for (let field = 0; field < FIELDS; field++) this.#data[this.#end + field] = from[at + field]!
    this.#end += FIELDS
  }

  /**
   * Leaves those for which `parting` has -1 at their cell's column and row, and adds each of the others to the
   * `outboxes` at that index. Column x and row y are looked up as parting[rows[y] + columns[x]].
   */
  part(columns: Int32Array, rows: Int32Array, parting: Int32Array, outboxes: readonly Particles[]): void {
    const [data, end] = [this.#data, this.#end]
    let kept = 0
    for (let at = 0; at < end; at += FIELDS) {
      const index = parting[rows[Math.floor(data[at + Y]!)]! + columns[Math.floor(data[at + X]!)]!]!
      if (index >= 0) outboxes[index]!.addOne(data, at)
      else {
        if (kept < at) for (let field = 0; field < FIELDS; field++) data[kept + field] = data[at + field]!
        kept += FIELDS
      }
    }
    this.#end = kept
  }

  #makeRoom(length: number): void {
    if (this.#end + length <= this.#data.length) return
    const longer = new Float64Array(2 * (this.#end + length))
    longer.set(this.data)
    this.#data = longer
  }
}

/** The charges at the corners of a tile's cells, column by column: 1 in even columns, -1 in odd ones. */
export function makeCharges({ left, width, height }: Tile): Float64Array {
  const rows = height + 1
  return Float64Array.from({ length: (width + 1) * rows }, (_, i) =>
    (left + Math.floor(i / rows)) % 2 === 0 ? 1 : -1,
  )
}

/**
 * Puts particles in the middle of a tile's cells, about `mean` of a cell in each: such that every step takes them
 * 2 k + 1 cells to the right and m upwards. They have no numbers yet.
 */
export function place(
  tile: Tile,
  dice: Dice,
  L: number,
  mean: (x: number, y: number) => number,
  k: number,
  m: number,
): Particles {
  const particles = new Particles()
  // From the middle of a cell to its left corners; the charge that is wanted gives the acceleration 2 (2 k + 1).
  const r2 = 0.5
  const charge = (2 * k + 1) / ((2 * (0.5 / Math.sqrt(r2))) / r2)
  const { left, width, bottom, height } = tile
  for (let x = left; x < left + width; x++) {
    dice.jump(2 * (bottom + x * L))
    for (let y = bottom; y < bottom + height; y++) {
      const expected = mean(x, y)
      const count = dice.throw(expected)
      if (expected === 0) continue
      const [px, py] = [x + 0.5, y + 0.5]
      const one = Float64Array.of(px, py, 0, m, x % 2 === 0 ? charge : -charge, px, py, 0)
      for (let i = 0; i < count; i++) particles.add(one)
    }
  }
  return particles
}

/** Numbers the particles from `first` on. */
export function number(particles: Float64Array, first: number): void {
  for (let at = 0; at < particles.length; at += FIELDS) particles[at + ID] = first + at / FIELDS
}

/** One time step of 1: the four charges around each particle push it. */
export function move(particles: Float64Array, charges: Float64Array, tile: Tile, L: number): void {
  const { left, bottom } = tile
  const rows = tile.height + 1
  for (let at = 0; at < particles.length; at += FIELDS) {
    const x = particles[at + X]!
    const y = particles[at + Y]!
    const column = Math.floor(x)
    const row = Math.floor(y)
    const corner = (column - left) * rows + row - bottom
    // Distances to the left, right, lower and upper corners, and Coulomb's charge / r² along (dx, dy) / r.
    const west = x - column
    const east = 1 - west
    const south = y - row
    const north = 1 - south
    const sw = pull(charges[corner]!, west, south)
    const nw = pull(charges[corner + 1]!, west, north)
    const se = pull(charges[corner + rows]!, east, south)
    const ne = pull(charges[corner + rows + 1]!, east, north)
    const charge = particles[at + CHARGE]!
    const ax = charge * (west * (sw + nw) - east * (se + ne))
    const ay = charge * (south * (sw + se) - north * (nw + ne))
    const vx = particles[at + VX]!
    const vy = particles[at + VY]!
    particles[at + X] = wrapped(x + vx + 0.5 * ax, L)
    particles[at + Y] = wrapped(y + vy + 0.5 * ay, L)
    particles[at + VX] = vx + ax
    particles[at + VY] = vy + ay
  }
}

/** Charge / r³, of a charge that is dx and dy away. */
function pull(charge: number, dx: number, dy: number): number {
  const r2 = dx * dx + dy * dy
  return charge / (r2 * Math.sqrt(r2))
}

/** On a torus; a step is never longer than it. */
function wrapped(x: number, L: number): number {
  return x >= L ? x - L : x < 0 ? x + L : x
}

/** How many particles are not where `steps` steps should have taken them, and the sum of the numbers of all. */
export function survey(particles: Float64Array, steps: number, L: number, k: number, m: number) {
  let [wrong, ids] = [0, 0]
  for (let at = 0; at < particles.length; at += FIELDS) {
    const x = (particles[at + X0]! + steps * (2 * k + 1)) % L
    const y = (particles[at + Y0]! + steps * m) % L
    if (!(Math.abs(particles[at + X]! - x) <= 1e-6 && Math.abs(particles[at + Y]! - y) <= 1e-6)) wrong++
    ids += particles[at + ID]!
  }
  return { wrong, ids }
}

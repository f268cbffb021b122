/** The right side of MG: +1 at the ten largest and -1 at the ten smallest of n³ random numbers. */

import type { Communicator } from 'tsmpi'
import { fill, jump } from '../common/random.ts'
import type { Level } from './level.ts'

const SEED = 314_159_265
const CHARGES = 10

/** The largest values of `sign` times a number, in falling order, and where they are. */
class Extremes {
  readonly values = new Float64Array(CHARGES).fill(-Infinity)
  readonly places = new Float64Array(CHARGES)

  offer(value: number, place: number): void {
    if (value <= this.values[CHARGES - 1]!) return
    let at = CHARGES - 1
    for (; at > 0 && value > this.values[at - 1]!; at--) {
      this.values[at] = this.values[at - 1]!
      this.places[at] = this.places[at - 1]!
    }
    this.values[at] = value
    this.places[at] = place
  }
}

/** The right side on the planes of this rank. */
export async function makeCharges(comm: Communicator, level: Level): Promise<Float64Array> {
  const { n, side, first, planes } = level
  const numbers = new Float64Array(n * n)
  const largest = new Extremes()
  const smallest = new Extremes()
  let seed = jump(SEED, first * n * n)
  for (let k = first; k < first + planes; k++) {
    seed = fill(numbers, 0, n * n, seed)
    for (let i = 0; i < n * n; i++) {
      const value = numbers[i]!
      if (value > largest.values[CHARGES - 1]!) largest.offer(value, k * n * n + i)
      if (-value > smallest.values[CHARGES - 1]!) smallest.offer(-value, k * n * n + i)
    }
  }
  const v = new Float64Array(level.u.length)
  for (const [sign, mine] of [[1, largest] as const, [-1, smallest] as const]) {
    for (const place of await amongAll(comm, mine)) {
      const k = Math.floor(place / (n * n)) - first + 1
      if (k < 1 || k > planes) continue
      const j = Math.floor(place / n) % n
      v[(k * side + j + 1) * side + (place % n) + 1] = sign
    }
  }
  return v
}

/** The places of the most extreme of all ranks' numbers. */
async function amongAll(comm: Communicator, mine: Extremes): Promise<Float64Array> {
  const [values, places] = await Promise.all([comm.allgather(mine.values), comm.allgather(mine.places)])
  const all = new Extremes()
  for (const [i, value] of values.entries()) all.offer(value, places[i]!)
  return all.places
}
